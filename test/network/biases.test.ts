// Networks with biases of the MLP and the unembedding, whose weights carry them: they compute what PyTorch computes of the
// network as it is (test/interop/make_models.py), by every way there is to run one.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { readPretrained, type Pretrained } from '../../lib/artifacts/pretrained.ts';
import { fastestIdentity, openFastest } from '../../lib/engines/fastest.ts';
import { openReadable } from '../../lib/engines/readable.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import type { Tensor } from '../../lib/files/tensor.ts';
import { viewGroup } from '../../lib/measures/group-view.ts';
import { findKeyFrequencies } from '../../lib/measures/key-frequencies.ts';
import { measureLast } from '../../lib/measures/last.ts';
import { carryBiases, carryingConfig } from '../../lib/network/biases.ts';
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

/** Of [pairs, positions, width] the first `kept` numbers of each, of all positions or of the last. */
const cut = (data: Float32Array, width: number, kept: number, last: boolean): number[] =>
  Array.from(data).filter((_, i) => i % width < kept && (!last || Math.floor(i / width) % 3 === 2));

test('a network with biases is taken, and it is said how they are carried', () => {
  assert.deepEqual(model.config, { p: 5, d_model: 5, n_heads: 2, d_head: 3, d_mlp: 6 });
  assert.deepEqual(model.notes, [
    'its biases b_in, b_out and b_U are carried by direction 4 of the residual stream, which is 1 everywhere: d_model is 5',
  ]);
});

test('neurons, logits and loss at = are those of PyTorch, in the reference and in the kernel', async () => {
  const { config, weights } = model;
  const { pre, logits } = runNetwork(config, weights, grid);
  const [neurons, answers] = [
    cut(torch['hook_pre']!.data, 6, 6, true),
    cut(torch['logits']!.data, 5, 5, true),
  ];
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

test('the readable pass has its hooks and logits at every position', async () => {
  const { config, weights } = model;
  const names = ['blocks.0.hook_resid_mid', 'blocks.0.mlp.hook_pre', 'logits'] as const;
  const found = new Map<string, number[]>();
  for (const { values } of (await openReadable()).run(config, weights, grid, new Set(names)))
    for (const [name, data] of values) found.set(name, [...(found.get(name) ?? []), ...data]);
  const of = (name: string): Float32Array => Float32Array.from(found.get(name)!);
  assertSame('hook_resid_mid', cut(of(names[0]), 5, 4, false), torch['hook_resid_mid']!.data);
  assertSame('hook_pre', of(names[1]), torch['hook_pre']!.data);
  assertSame('logits', of(names[2]), torch['logits']!.data);
});

test('every measure of a network without biases is the same where its weights could carry some', () => {
  const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 12 };
  const weights = initialWeights(config, 5);
  const none = { b_in: new Float32Array(12), b_out: new Float32Array(8), b_U: new Float32Array(7) };
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
  const key = findKeyFrequencies(weights, 7);
  const plain = measureLast(view, config, weights, key);
  const carrying = measureLast(view, carryingConfig(config), carryBiases(config, weights, none), key);
  assert.deepEqual(Object.keys(carrying), Object.keys(plain));
  for (const [name, value] of Object.entries(plain)) {
    const [mine, theirs] = [carrying[name]!, value].map((of) => (typeof of === 'number' ? [of] : of));
    // W_pos has a 1 more at each of three positions.
    const isLonger = (i: number): boolean =>
      name === 'sum_squared_weights' || (name === 'sum_squared_weights_by_weight' && i === 1);
    const wanted = Array.from(theirs!, (x, i) => x + (isLonger(i) ? 3 : 0));
    assertClose(name, mine!, wanted, { rtol: 1e-9, atol: 1e-9 });
  }
});

test('of its checkpoints those carry biases, too, whose biases are zero', async (t) => {
  const folder = await temporaryFolder(t);
  await model.copyRest(folder);
  const { records, read, close } = await openCheckpoints(folder, model.config);
  assert.deepEqual(
    records.map(({ epoch }) => epoch),
    [0, 2],
  );
  const [first, last] = [await read(0), await read(1)];
  assert.ok(first.W_in.data.subarray(4 * 6).every((x) => x === 0));
  assert.deepEqual(last.W_in, model.weights.W_in);
  await close();
});

test('it is not trained: that is refused with what to do', async (t) => {
  const folder = await trainFolder(t, { p: 5 });
  const { exitCode, message } = await folder.start({ start: biased, go_on: true });
  assert.equal(exitCode, 1);
  assert.equal(message, 'train.go_on: biased.pth has biases, and training here has none');
});
