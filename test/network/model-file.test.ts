import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../lib/files/failure.ts';
import { readSafetensors, writeSafetensors } from '../../lib/files/safetensors.ts';
import { createTensor, type Tensor } from '../../lib/files/tensor.ts';
import type { ModelConfig } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel, writeModel } from '../../lib/network/model-file.ts';
import { toStateDict } from '../../lib/network/saved-model.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const config: ModelConfig = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const weights = initialWeights(config, 3);
const stateDict = toStateDict(config, weights);

test('a model comes back with its config and the same weights, in the same bytes each time', async (t) => {
  const folder = await temporaryFolder(t);
  const [first, second] = [join(folder, 'a.safetensors'), join(folder, 'b.safetensors')];
  await writeModel(first, config, weights, { epoch: '100' });
  await writeModel(second, config, weights, { epoch: '100' });
  assert.deepEqual(await readFile(first), await readFile(second));
  assert.deepEqual(await readModel(first), { config, weights, biases: null });
});

test("the file has TransformerLens' names and shapes, zero biases, and its config in the metadata", async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  await writeModel(path, config, weights);
  const { tensors, metadata } = await readSafetensors(path);
  assert.deepEqual(tensors['blocks.0.attn.W_Q']?.shape, [2, 8, 4]);
  assert.deepEqual(tensors['unembed.b_U'], createTensor([7]));
  assert.equal(Object.keys(tensors).length, 16);
  assert.deepEqual(JSON.parse(metadata.config!), {
    n_layers: 1,
    d_model: 8,
    n_ctx: 3,
    d_head: 4,
    n_heads: 2,
    d_mlp: 16,
    d_vocab: 8,
    d_vocab_out: 7,
    act_fn: 'relu',
    normalization_type: null,
    attn_only: false,
    p: 7,
  });
});

test('a model that an old TransformerLens saved is read, with its mask and IGNORE', async () => {
  const path = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
  const model = await readModel(path);
  assert.deepEqual(model.config, { p: 53, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 });
});

const triangle = createTensor([3, 3], Float32Array.of(1, 0, 0, 1, 1, 0, 1, 1, 1));
const scalar = (value: number): Tensor => createTensor([], Float32Array.of(value));
const buffers = (mask: Tensor, IGNORE: Tensor): Record<string, Tensor> => ({
  'blocks.0.attn.mask': mask,
  'blocks.0.attn.IGNORE': IGNORE,
});

test('mask and IGNORE are accepted in every form that TransformerLens gave them', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const forms = [
    {},
    buffers(triangle, scalar(-1e5)), // up to 1.6.1
    buffers(triangle, scalar(-Infinity)), // 1.7.0 to 3.4
    buffers(createTensor([0, 0]), scalar(-Infinity)), // since 3.5.0
  ];
  for (const form of forms) {
    await writeSafetensors(path, { ...stateDict, ...form }, {});
    assert.deepEqual(await readModel(path), { config, weights, biases: null });
  }
});

test('biases of the MLP and the unembedding are written and read, as any other', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const filled = (size: number, of: number): Tensor => createTensor([size], new Float32Array(size).fill(of));
  const biases = { b_in: filled(16, 1), b_out: filled(8, 0), b_U: filled(7, -2) };
  await writeModel(path, config, weights, {}, biases);
  assert.deepEqual(await readModel(path), { config, weights, biases });
  const { tensors } = await readSafetensors(path);
  assert.deepEqual(tensors['blocks.0.mlp.b_in'], biases.b_in);
});

test('another architecture is refused by the name of what differs', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const without = (name: string): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(stateDict).filter(([key]) => key !== name));
  const biased = createTensor(
    [8],
    Float32Array.from({ length: 8 }, (_, i) => i / 100),
  );
  const small = toStateDict({ ...config, p: 2 }, initialWeights({ ...config, p: 2 }, 1));
  const cases: [Record<string, Tensor>, Record<string, string>, RegExp][] = [
    [
      without('embed.W_E'),
      {},
      /embed.W_E is missing \(expected shape \[d_vocab, d_model\]; found: pos_embed.W_pos \[3, 8\], .*, 7 more\)/,
    ],
    [without('unembed.W_U'), {}, /unembed.W_U is missing/],
    [
      { ...stateDict, 'embed.W_E': createTensor([9, 8]) },
      {},
      /embed.W_E has shape \[9, 8\] \(expected \[8, 8\]\)/,
    ],
    [{ ...stateDict, 'blocks.0.attn.b_O': biased }, {}, /blocks.0.attn.b_O has values other than zero/],
    [
      { ...stateDict, 'unembed.b_U': createTensor([8]) },
      {},
      /unembed.b_U has shape \[8\] \(expected \[7\]\)/,
    ],
    [
      { ...stateDict, 'blocks.1.attn.W_Q': createTensor([2]) },
      {},
      /blocks.1.attn.W_Q belongs to a second layer/,
    ],
    [{ ...stateDict, ...buffers(createTensor([3, 3]), scalar(-1e5)) }, {}, /mask is not causal/],
    [{ ...stateDict, ...buffers(triangle, scalar(0)) }, {}, /IGNORE is 0/],
    [stateDict, { config: '{"act_fn": "gelu"}' }, /act_fn is "gelu" in its config \(expected "relu"\)/],
    [stateDict, { config: '{"d_mlp": 17}' }, /d_mlp is 17 in its config \(expected 16\)/],
    [stateDict, { config: 'relu' }, /does not hold this model/],
    [small, {}, /p is 2 \(expected a whole number from 3 to 499\)/],
  ];
  for (const [tensors, metadata, message] of cases) {
    await writeSafetensors(path, tensors, metadata);
    await assert.rejects(readModel(path), (error) => {
      assert.ok(error instanceof Failure && error.message.startsWith(path), String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});
