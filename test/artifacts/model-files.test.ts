// Model files as torch.save leaves them, in every layout, dtype and form that people publish (test/interop/make_models.py):
// each gives the same weights, or is refused by name.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { readHistory } from '../../lib/artifacts/history.ts';
import { readPretrained } from '../../lib/artifacts/pretrained.ts';
import { Failure } from '../../lib/files/failure.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import type { Tensor } from '../../lib/files/tensor.ts';
import { WEIGHT_NAMES } from '../../lib/network/config.ts';
import { temporaryFolder } from '../stages/start-stage.ts';

const models = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const config = { p: 5, d_model: 4, n_heads: 2, d_head: 3, d_mlp: 6 };
let expected: Record<string, Tensor>;
before(async () => {
  expected = (await readSafetensors(join(models, 'expected.safetensors'))).tensors;
});

const INDICES = 'not used of the file: train_indices (int64 [7])';

/** The notes on each, and whether it comes with 3 epochs and 2 checkpoints. */
const TAKEN: Readonly<Record<string, { notes: string[]; run?: number; isRun?: true }>> = {
  'state_dict.pt': { notes: [] },
  'module.pt': { notes: [] },
  'demo.pth': { notes: [INDICES], isRun: true },
  'demo-old.pth': { notes: [INDICES], isRun: true },
  'old.pth': { notes: [] },
  'protocol4.pt': { notes: [INDICES], isRun: true },
  'under-state_dict.pt': { notes: ['not used of the file: epoch (a number)'] },
  'under-model_state_dict.pt': {
    notes: ['not used of the file: optimizer_state_dict (a dictionary of 1)'],
  },
  'float16.pt': { notes: ['its weights are float16 in the file'] },
  'bfloat16.pt': { notes: ['its weights are bfloat16 in the file'] },
  'float64.pt': { notes: ['its weights are float64 in the file, rounded to float32'] },
  'aliases.pt': {
    notes: ['x_embed is left out: it equals embed.W_E', 'y_embed is left out: it equals embed.W_E'],
  },
  'buffers.pt': { notes: [] },
  'views.pt': { notes: [] },
  'numpy.pth': { notes: [INDICES], isRun: true },
  'tensors.pth': { notes: [INDICES], isRun: true },
  'runs.pth': { notes: [INDICES], run: 1, isRun: true },
  'paper.pth': {
    notes: [
      'it has the layout of mechanistic-interpretability-grokking/progress-measures-paper',
      'the last answer of unembed.W_U, which is =, is left out',
    ],
    isRun: true,
  },
};

for (const [name, { notes, run = null, isRun = false }] of Object.entries(TAKEN))
  test(`${name} gives the weights${isRun ? ', losses and checkpoints' : ''} that torch saved`, async (t) => {
    const found = await readPretrained(join(models, name), run);
    assert.deepEqual(found.config, config);
    for (const each of WEIGHT_NAMES) assert.deepEqual(found.weights[each], expected[each], each);
    assert.deepEqual(found.notes, notes);
    assert.deepEqual([found.history?.length, found.checkpoints], isRun ? [3, 2] : [undefined, 0]);
    if (!isRun) return;
    const folder = await temporaryFolder(t);
    await found.copyRest(folder);
    const history = await readHistory(folder);
    assert.deepEqual(
      history.map(({ train_loss, test_loss }) => [train_loss, test_loss]),
      [
        [1.75, 2],
        [0.5, 1.5],
        [0.25, 1],
      ],
    );
    const { records, read, close } = await openCheckpoints(folder, config);
    assert.deepEqual(
      records.map(({ epoch, test_loss }) => [epoch, test_loss]),
      [
        [0, 2],
        [2, 1],
      ],
    );
    assert.deepEqual((await read(1)).weights.W_O, expected['W_O']);
    await close();
  });

const REFUSED: Readonly<Record<string, RegExp>> = {
  'b_Q.pt': / blocks\.0\.attn\.b_Q has values other than zero/,
  'two-layers.pt': / blocks\.1\.attn\.W_Q belongs to a second layer /,
  'layer-norm.pt': / ln_final\.w belongs to a LayerNorm /,
  'other.pt': / z_embed has no place in it$/,
  'part.pt': / pos_embed\.W_pos is missing \(expected shape \[n_ctx, d_model\]; found: embed\.W_E \[2\]\)$/,
  'object.pt':
    / holds an object \(transformer_lens_of_then\.HookedTransformer\) \(save its state_dict\(\)\)$/,
  'object-as-model.pt':
    / holds an object \(\S+\.HookedTransformer\) as its model \(save its state_dict\(\)\)$/,
  'tensor.pt': / holds float32 \[3\] and no state_dict$/,
  'empty.pt': / holds an empty dictionary and no state_dict$/,
  'complex.pt': / has a tensor of ComplexFloatStorage \(expected one of DoubleStorage, /,
  'gelu.pt': / act_fn is "gelu" in its config \(expected "relu"\)$/,
  'losses.pth': / 3 train losses and 2 test losses$/,
  'runs.pth': /\/runs\.pth holds 2 runs$/,
};

for (const [name, message] of Object.entries(REFUSED))
  test(`${name} is refused with what it contains and what to do`, async () => {
    await assert.rejects(readPretrained(join(models, name)), (error) => {
      assert.ok(error instanceof Failure, String(error));
      assert.match(error.message, message);
      assert.match(error.message, /^train\.start: \S+\/fixtures\/models\//);
      assert.match(error.remedy, /npm run inspect -- /);
      return true;
    });
  });
