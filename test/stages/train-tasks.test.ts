// The train stage at its edges: every operation, odd p that is no prime, the smallest p, sets of one pair; and what it refuses
// or gives up, with the param's name or the epoch.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Task } from '../../lib/artifacts/dataset.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { parameterCount } from '../../lib/network/config.ts';
import { Journal } from '../../lib/training/journal.ts';
import { SMALL, trainFolder } from './train-stage.ts';

const TASKS: (Pick<Task, 'p' | 'operation' | 'train_fraction'> & { train_pairs: number })[] = [
  { p: 3, operation: 'add', train_fraction: 0.99, train_pairs: 8 },
  { p: 9, operation: 'multiply', train_fraction: 0.3, train_pairs: 24 },
  { p: 15, operation: 'quadratic', train_fraction: 0.5, train_pairs: 112 },
  { p: 15, operation: 'subtract', train_fraction: 0.005, train_pairs: 1 },
];

for (const { train_pairs, ...task } of TASKS)
  test(`${task.operation} at p = ${task.p} with ${train_pairs} pairs trains and memorises`, async (t) => {
    const folder = await trainFolder(t, task);
    const run = { d_mlp: 64, epochs: 400, log_every: 50, learning_rate: 1e-2, weight_decay: 0 };
    const { exitCode, log } = await folder.start(run);
    assert.equal(exitCode, 0, log);
    const summary = await readSummary(folder.out, trainSummary);
    assert.equal(summary.train_pairs, train_pairs);
    assert.equal(summary.test_pairs, task.p ** 2 - train_pairs);
    assert.equal(summary.train_accuracy, 1);
    assert.ok(summary.train_loss! < 0.1, `train loss ${summary.train_loss}`);
    assert.notEqual(summary.test_loss, null);
  });

test('a size that does not fit in memory is refused by its name before anything is allocated', async (t) => {
  const folder = await trainFolder(t);
  const ended = await folder.start({ d_mlp: 1e9 });
  assert.equal(ended.exitCode, 1);
  assert.match(ended.message, /^d_mlp: 1000000000 is too big: training would take \d+\.\d GiB of memory/);
  assert.doesNotMatch(ended.log, /\n\s+at /, 'no stack trace');
});

test('a run that diverges says at which epoch, keeps the last checkpoint, and goes on from there to the same end', async (t) => {
  const folder = await trainFolder(t);
  const run = { epochs: 100_000, log_every: 10, checkpoint_every: 10, learning_rate: 1.5, weight_decay: 2 };
  const [first, second] = [await folder.start(run), await folder.start(run)];
  for (const { exitCode, message, log } of [first, second]) {
    assert.equal(exitCode, 1);
    assert.match(message, /^training diverged: (train|test) loss is (NaN|Infinity) at epoch \d+$/);
    assert.match(
      log,
      /lower train\.learning_rate or train\.weight_decay; the checkpoint of epoch \d+ is kept/,
    );
  }
  assert.equal(second.message, first.message);
  const epoch = Number(/epoch (\d+)$/.exec(first.message)![1]);
  const { journal, state } = await Journal.open(folder.resume, parameterCount({ p: 7, ...SMALL }));
  t.after(() => journal.close());
  const kept = journal.checkpointEpochs.at(-1)!;
  assert.ok(kept < epoch && epoch - kept <= 10, `checkpoint of epoch ${kept}, diverged at ${epoch}`);
  assert.equal(state?.step, kept + 1);
  assert.match(second.log, new RegExp(`going on from epoch ${kept + 1} `));
  assert.ok(state.weights.every(Number.isFinite));
});
