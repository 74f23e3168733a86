// The loop and the journal on an engine whose every step can be written down by hand.
import assert from 'node:assert/strict';
import { mkdtemp, appendFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findMilestones } from '../../lib/measures/milestones.ts';
import type { HistoryRecord } from '../../lib/training/history.ts';
import { Journal } from '../../lib/training/journal.ts';
import { trainLoop, type Schedule } from '../../lib/training/loop.ts';
import type { Engine, TrainingState } from '../../lib/engines/engine.ts';

const rows = { a: new Int32Array(1), b: new Int32Array(1), label: new Int32Array(1) };
const adamw = { learning_rate: 1, weight_decay: 0, beta1: 0, beta2: 0, epsilon: 0 };
const schedule: Schedule = {
  epochs: 25,
  log_every: 4,
  checkpoint_every: 10,
  state_every: 0,
  stop_below_test_loss: null,
};

/** Its weight is the number of steps done, its train loss at epoch e is 100 - e, its test loss after it 200 - e. */
type Counting = Pick<Engine, 'readState' | 'writeState' | 'train' | 'evaluate'> & { steps: number };

function countingEngine(divergesAt = Infinity): Counting {
  let step = 0;
  return {
    get steps() {
      return step;
    },
    readState: (): TrainingState => ({
      weights: Float32Array.of(step, 0),
      m: Float32Array.of(step, 1),
      v: Float32Array.of(step, 2),
      step,
    }),
    writeState: (state) => {
      step = state.step ?? 0;
    },
    train: async (_rows, _adamw, steps) => {
      const epochs = Float64Array.from({ length: steps }, () => step++);
      const loss = epochs.map((epoch) => (epoch >= divergesAt ? NaN : 100 - epoch));
      return { loss, accuracy: epochs.map((epoch) => epoch / 100) };
    },
    evaluate: async () => ({ loss: 200 - (step - 1), accuracy: step / 200 }),
  };
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'grokscope-journal-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const run = (engine: Counting, journal: Journal, changes: Partial<Schedule> = {}): Promise<void> =>
  trainLoop(engine, { train: rows, test: rows }, adamw, { ...schedule, ...changes }, journal, () => {});

test('logs every log_every epochs, at every checkpoint and at the end, train before and test after the step', async (t) => {
  const { journal, state } = await Journal.open(await folder(t), 2);
  assert.equal(state, null);
  await run(countingEngine(), journal);
  assert.deepEqual(
    journal.history.map((r) => r.epoch),
    [0, 4, 8, 10, 12, 16, 20, 24],
  );
  assert.deepEqual(journal.checkpointEpochs, [0, 10, 20, 24]);
  assert.deepEqual(journal.history[1], {
    epoch: 4,
    train_loss: 96,
    test_loss: 196,
    train_accuracy: 0.04,
    test_accuracy: 5 / 200,
  });
  assert.deepEqual([...(await journal.readCheckpoint(1))], [11, 0]);
  await journal.close();
});

test('up to epoch 300 there is also a checkpoint every 25 epochs, each a row of the history', async (t) => {
  const { journal } = await Journal.open(await folder(t), 2);
  await run(countingEngine(), journal, { epochs: 1000, log_every: 100, checkpoint_every: 350 });
  const early = Array.from({ length: 13 }, (_, i) => 25 * i);
  assert.deepEqual(journal.checkpointEpochs, [...early, 350, 700, 999]);
  const logged = new Set([...journal.checkpointEpochs, ...Array.from({ length: 10 }, (_, i) => 100 * i)]);
  assert.deepEqual(
    journal.history.map(({ epoch }) => epoch),
    [...logged].sort((x, y) => x - y),
  );
  await journal.close();
});

test('an attempt that was killed between checkpoints goes on from the last one without gap or double row', async (t) => {
  const path = await folder(t);
  const whole = await Journal.open(await folder(t), 2);
  await run(countingEngine(), whole.journal);

  const first = await Journal.open(path, 2);
  const engine = countingEngine();
  const killed = new Error('killed');
  const kill = (record: HistoryRecord): void => {
    if (record.epoch === 16) throw killed;
  };
  await assert.rejects(
    trainLoop(engine, { train: rows, test: rows }, adamw, schedule, first.journal, kill),
    killed,
  );
  await first.journal.close();
  await appendFile(join(path, 'history.f64'), 'half a rec');
  await appendFile(join(path, 'checkpoints.f32'), 'half a checkpoint');
  await writeFile(join(path, '.state.17.writing'), 'half a state');

  const second = await Journal.open(path, 2);
  assert.equal(second.state?.step, 11);
  assert.deepEqual([...second.state.m, ...second.state.v], [11, 1, 11, 2]);
  const resumed = countingEngine();
  resumed.writeState(second.state);
  await run(resumed, second.journal);
  assert.deepEqual(second.journal.history, whole.journal.history);
  assert.deepEqual(second.journal.checkpointEpochs, whole.journal.checkpointEpochs);
  await Promise.all([second.journal.close(), whole.journal.close()]);
});

test('stops at the first logged epoch whose test loss is below the threshold, and stays stopped', async (t) => {
  const path = await folder(t);
  const { journal } = await Journal.open(path, 2);
  await run(countingEngine(), journal, { stop_below_test_loss: 193 });
  assert.equal(journal.history.at(-1)?.epoch, 8);
  assert.equal(journal.checkpointEpochs.at(-1), 8);
  await journal.close();

  const again = await Journal.open(path, 2);
  const engine = countingEngine();
  engine.writeState(again.state!);
  await run(engine, again.journal, { stop_below_test_loss: 193 });
  assert.equal(engine.steps, 9);
  await again.journal.close();
});

test('a loss that is not finite ends the run with its epoch and keeps the last checkpoint', async (t) => {
  const path = await folder(t);
  const { journal } = await Journal.open(path, 2);
  await assert.rejects(run(countingEngine(13), journal), /train loss is NaN at epoch 13/);
  await journal.close();
  const { state, journal: kept } = await Journal.open(path, 2);
  assert.equal(state?.step, 11);
  await kept.close();
});

test('milestones are first logged epochs, null for what never happened', () => {
  const record = (
    epoch: number,
    test_loss: number,
    train_accuracy: number,
    test_accuracy: number,
  ): HistoryRecord => ({
    epoch,
    train_loss: 1,
    test_loss,
    train_accuracy,
    test_accuracy,
  });
  const milestones = findMilestones([
    record(0, 5, 0, 0),
    record(10, 30, 0.99, 0.1),
    record(20, 0.5, 1, 0.98),
  ]);
  assert.equal(milestones.memorised_epoch, 10);
  assert.equal(milestones.grokked_epoch, null);
  assert.equal(milestones.test_loss_below_1_epoch, 20);
  assert.equal(milestones.test_loss_below_0_1_epoch, null);
  assert.deepEqual([milestones.max_test_loss, milestones.max_test_loss_epoch], [30, 10]);
});
