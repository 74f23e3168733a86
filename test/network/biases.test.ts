// Networks with biases of the MLP and the unembedding, whose weights carry them: they compute what PyTorch computes of the
// network as it is (test/interop/make_models.py), by every way there is to run one.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCheckpoints, writeCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { readHistory } from '../../lib/artifacts/history.ts';
import { readPretrained, type Pretrained } from '../../lib/artifacts/pretrained.ts';
import { fastestIdentity, openFastest } from '../../lib/engines/fastest.ts';
import { openReadable } from '../../lib/engines/readable.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import type { Tensor } from '../../lib/files/tensor.ts';
import { viewGroup } from '../../lib/measures/group-view.ts';
import { findKeyFrequencies } from '../../lib/measures/key-frequencies.ts';
import { measureLast } from '../../lib/measures/last.ts';
import { BIAS_NAMES, carryBiases, noBiases } from '../../lib/network/biases.ts';
import { flattenWeights } from '../../lib/network/config.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { scoreLogits } from '../../lib/network/loss.ts';
import { gridRows, takeRows } from '../../lib/task/split.ts';
import { assertClose } from '../assert-close.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { trainFolder } from '../stages/train-stage.ts';

const models = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const biased = join(models, 'biased.pth');
const grid = gridRows(5, 'add');
let model: Pretrained;
let torch: Record<string, Tensor>;
before(async () => {
  model = await readPretrained(biased);
  torch = (await readSafetensors(join(models, 'biased.safetensors'))).tensors;
});

/** Within a millionth of the largest. */
function assertSame(name: string, found: ArrayLike<number>, expected: ArrayLike<number>): void {
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  assertClose(name, found, expected, { atol: 1e-6 * largest });
}

/** Of [pairs, positions, width] the last position. */
const atEquals = (data: Float32Array, width: number): number[] =>
  Array.from(data).filter((_, i) => Math.floor(i / width) % 3 === 2);

test('a network with biases is taken as it is, and it is said that it has some', () => {
  assert.deepEqual(model.config, { p: 5, d_model: 4, n_heads: 2, d_head: 3, d_mlp: 6 });
  assert.deepEqual(model.notes, ['it has biases: b_in, b_out, b_U']);
  assert.deepEqual(
    BIAS_NAMES.map((name) => model.biases![name].shape),
    [[6], [4], [5]],
  );
});

test('neurons, logits and loss at = are those of PyTorch, in the reference and in the kernel', async () => {
  const { config, weights } = carryBiases(model);
  const { pre, logits } = runNetwork(config, weights, grid);
  const neurons = atEquals(torch['hook_pre']!.data, 6);
  const answers = atEquals(torch['logits']!.data, 5);
  assertSame('hook_pre', pre.data, neurons);
  assertSame('logits', logits.data, answers);
  assertSame('loss', [scoreLogits(logits.data, grid.label, 5).loss], torch['loss']!.data);
  const engine = await openFastest(config, await fastestIdentity());
  engine.writeState({ weights: flattenWeights(config, weights) });
  const found = await engine.forward(grid, { neurons: 'pre', logits: true });
  assertSame('hook_pre, kernel', found.neurons!, neurons);
  assertSame('logits, kernel', found.logits!, answers);
  assertSame('loss, kernel', [(await engine.evaluate(grid)).loss], torch['loss']!.data);
  engine.close();
});

test('the readable pass has the hooks and logits of PyTorch at every position, in the shape of a network without biases', async () => {
  const { config, weights, biases } = model;
  const names = HOOKS.map(([name]) => name);
  const found = new Map<string, number[]>();
  for (const { values } of (await openReadable()).run(config, weights, grid, new Set(names), biases))
    for (const [name, data] of values) found.set(name, [...(found.get(name) ?? []), ...data]);
  for (const [name, of] of HOOKS) assertSame(name, found.get(name)!, torch[of]!.data);
});

const HOOKS = [
  ['blocks.0.hook_resid_mid', 'hook_resid_mid'],
  ['blocks.0.mlp.hook_pre', 'hook_pre'],
  ['blocks.0.hook_mlp_out', 'hook_mlp_out'],
  ['blocks.0.hook_resid_post', 'hook_resid_post'],
  ['logits', 'logits'],
] as const;

test('a network without biases is run as it is, and one whose biases are zero has the same measures', () => {
  const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 12 };
  const network = { config, weights: initialWeights(config, 5), biases: null };
  assert.deepEqual(Object.values(carryBiases(network)), [network.config, network.weights]);
  assert.equal(carryBiases(network).weights, network.weights);
  const pairs = gridRows(7, 'add');
  const of = (which: (i: number) => boolean) =>
    takeRows(pairs, Int32Array.from([...pairs.a.keys()].filter(which)));
  const view = viewGroup({
    task: { p: 7, operation: 'add' },
    grid: pairs,
    train: of((i) => i % 2 === 0),
    test: of((i) => i % 2 === 1),
    why_no_split: null,
  });
  const key = findKeyFrequencies(network.weights, 7);
  const plain = measureLast(view, network, key);
  const carrying = measureLast(view, { ...network, biases: noBiases(config) }, key);
  assert.deepEqual(Object.keys(carrying), Object.keys(plain));
  for (const [name, value] of Object.entries(plain)) {
    const [mine, theirs] = [carrying[name]!, value].map((of) => (typeof of === 'number' ? [of] : of));
    assertClose(name, mine!, theirs!, { rtol: 1e-9, atol: 1e-9 });
  }
});

test('of its checkpoints those have biases, too, whose biases are zero', async (t) => {
  const folder = await temporaryFolder(t);
  await model.copyRest(folder);
  const { records, isBiased, read, close } = await openCheckpoints(folder, model.config);
  assert.ok(isBiased);
  assert.deepEqual(
    records.map(({ epoch }) => epoch),
    [0, 2],
  );
  const [first, last] = [await read(0), await read(1)];
  assert.deepEqual(first.biases, noBiases(model.config));
  assert.deepEqual(last, { config: model.config, weights: model.weights, biases: model.biases });
  await close();
});

test('a folder that train left is taken again; checkpoints without its biases are refused', async (t) => {
  const { out, start } = await trainFolder(t, { p: 5, seed: null });
  const { exitCode, log } = await start({ start: biased });
  assert.equal(exitCode, 0, log);
  const { weights, biases, checkpoints } = await readPretrained(out);
  assert.deepEqual([weights, biases, checkpoints], [model.weights, model.biases, 2]);
  const records = await readHistory(out);
  await writeCheckpoints(out, model.config, records.slice(0, 1), () => weights);
  await assert.rejects(readPretrained(out), /checkpoints\.arrow lacks biases, which the model has/);
});

test('it is not trained: that is refused with what to do', async (t) => {
  const folder = await trainFolder(t, { p: 5 });
  const { exitCode, message } = await folder.start({ start: biased, go_on: true });
  assert.equal(exitCode, 1);
  assert.equal(message, 'train.go_on: biased.pth has biases, and training here has none');
});
