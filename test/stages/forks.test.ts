// Runs that go on from the state of another: unchanged they end in its bits, and only what a fork may change differs.
import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readHistory } from '../../lib/artifacts/history.ts';
import { readPretrained } from '../../lib/artifacts/pretrained.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { openArrow } from '../../lib/files/arrow.ts';
import { openCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { nearestStates, stateFile } from '../../lib/training/start-source.ts';
import { readKeptState } from '../../lib/training/kept-state.ts';
import { SMALL, TASK, trainFolder } from './train-stage.ts';
import { params as measuresParams } from '../../stages/measures.params.ts';
import { params as progressParams } from '../../stages/progress.params.ts';
import { runStage, temporaryFolder } from './start-stage.ts';

const RUN = { epochs: 60, log_every: 3, checkpoint_every: 5, state_every: 12, seed: 4 };
const { out: parent, start: trainParent } = await trainFolder({ after });
before(async () => {
  const { exitCode, log } = await trainParent(RUN);
  assert.equal(exitCode, 0, log);
});

const STATES = [12, 24, 36, 48, 59];

test('states are kept at their epochs and after the last step, with what they began with', async () => {
  const names = await readdir(join(parent, 'states'));
  assert.deepEqual(names.sort(), STATES.map((epoch) => `${epoch}.safetensors`).sort());
  const { origin, epoch, state } = await readKeptState(join(parent, 'states/24.safetensors'));
  assert.deepEqual(origin, { config: { p: TASK.p, ...SMALL }, operation: 'add', seed: 4 });
  assert.deepEqual([epoch, state.step], [24, 25]);
});

test('without state_every ten states are kept at multiples of log_every, with 0 none', async (t) => {
  const folder = await trainFolder(t);
  await folder.start({ ...RUN, epochs: 100, state_every: null });
  const names = await readdir(join(folder.out, 'states'));
  const epochs = names.map((name) => Number.parseInt(name, 10)).sort((x, y) => x - y);
  assert.deepEqual(epochs, [12, 24, 36, 48, 60, 72, 84, 96, 99]);
  const without = await trainFolder(t);
  await without.start({ ...RUN, state_every: 0 });
  assert.ok(!(await readdir(without.out)).includes('states'));
});

test('a fork at every kept state, unchanged, has the bytes of the unforked run', async (t) => {
  for (const epoch of STATES) {
    const folder = await trainFolder(t);
    const { exitCode, log } = await folder.start({ ...RUN, start: `${parent}@${epoch}` });
    assert.equal(exitCode, 0, log);
    assert.match(log, new RegExp(`goes on from epoch ${epoch + 1} of another run, with its moments`));
    const later = STATES.filter((each) => each > epoch).map((each) => `states/${each}.safetensors`);
    for (const name of ['model.safetensors', 'checkpoints.arrow', ...later])
      assert.deepEqual(await readFile(join(folder.out, name)), await readFile(join(parent, name)), name);
    const kept = await readdir(join(folder.out, 'states')).catch(() => []);
    assert.equal(kept.length, later.length);
    assert.deepEqual(await readHistory(folder.out), await readHistory(parent));
    const [mine, theirs] = [
      await readSummary(folder.out, trainSummary),
      await readSummary(parent, trainSummary),
    ];
    assert.deepEqual(mine, { ...theirs, forked_after: epoch });
    const history = await openArrow(join(folder.out, 'history.arrow'));
    assert.equal(history.schema.metadata['forked_after'], String(epoch));
    await history.close();
  }
});

test('figures over training mark where a fork went on', async (t) => {
  const folder = await trainFolder(t);
  await folder.start({ ...RUN, start: `${parent}@24` });
  const [dataset, measures, progress] = ['dataset', 'measures', 'progress'].map((name) =>
    join(folder.out, '..', name),
  ) as [string, string, string];
  for (const path of [measures, progress]) await mkdir(path);
  const measured = await runStage('measures', measuresParams, {}, { dataset, train: folder.out }, measures);
  assert.equal(measured.exitCode, 0, measured.log);
  const drawn = await runStage('progress', progressParams, {}, { measures }, progress);
  assert.equal(drawn.exitCode, 0, drawn.log);
  const figures = (await readdir(progress)).filter((name) => name.endsWith('.svg'));
  assert.ok(figures.length > 5);
  for (const name of figures)
    assert.match(await readFile(join(progress, name), 'utf8'), /forked, epoch 24/, name);
});

test('with other weight decay, more epochs or another split, what was before the fork stays and the rest differs', async (t) => {
  const config = { p: TASK.p, ...SMALL };
  for (const [changes, task] of [
    [{ weight_decay: 0 }, {}],
    [{ epochs: 90, learning_rate: 2e-3, checkpoint_every: 4 }, {}],
    [{}, { train_fraction: 0.5, seed: 9 }],
  ] as const) {
    const folder = await trainFolder(t, task);
    const { exitCode, log } = await folder.start({ ...RUN, ...changes, start: `${parent}@24` });
    assert.equal(exitCode, 0, log);
    const [mine, theirs] = [await openCheckpoints(folder.out, config), await openCheckpoints(parent, config)];
    const upTo = theirs.records.filter(({ epoch }) => epoch <= 24);
    assert.deepEqual(mine.records.slice(0, upTo.length), upTo);
    assert.deepEqual(await mine.read(upTo.length - 1), await theirs.read(upTo.length - 1));
    assert.notDeepEqual(
      (await mine.read(upTo.length)).weights.W_E,
      (await theirs.read(upTo.length)).weights.W_E,
    );
    await Promise.all([mine.close(), theirs.close()]);
  }
});

test('a start that is no state is told the nearest, where states are, or how a state is named', async () => {
  const state = (run: string, epoch: number): string => join(run, stateFile(epoch));
  assert.match(await nearestStates(state(parent, 25)), /\(nearest: 24 and 36\)$/);
  assert.match(await nearestStates(state(parent, 900)), /\(nearest: 59\)$/);
  const above = join(parent, '..');
  await symlink(parent, join(above, 'train'));
  assert.match(await nearestStates(state(above, 24)), /\(here they are in .*train, as in .*train@12\)$/);
  assert.match(await nearestStates(state(join(above, 'trian'), 24)), /\(there is no folder .*trian\)$/);
  assert.match(await nearestStates(state(join(above, 'dataset'), 24)), /\(.*dataset has none\)$/);
  const path = state(parent, 24);
  await assert.rejects(readPretrained(path), {
    remedy: `to go on from this state of a run, name it ${parent}@24`,
  });
});

test('a fork of a fork goes on, too', async (t) => {
  const [first, second] = [await trainFolder(t), await trainFolder(t)];
  await first.start({ ...RUN, start: `${parent}@12` });
  await second.start({ ...RUN, start: `${first.out}@36` });
  const name = 'model.safetensors';
  assert.deepEqual(await readFile(join(second.out, name)), await readFile(join(parent, name)));
});

test('other sizes, another task, other first weights and too few epochs are refused by name', async (t) => {
  const start = `${parent}@24`;
  for (const [changes, task, message] of [
    [{ d_mlp: 32 }, {}, 'train.d_mlp is 32, but the run that is continued has 16'],
    [{ seed: 5 }, {}, 'train.seed is 5, but the run that is continued has 4'],
    [{}, { p: 11 }, 'dataset.p is 11, but the run that is continued has 7'],
    [
      {},
      { operation: 'subtract' as const },
      'dataset.operation is subtract, but the run that is continued has add',
    ],
    [{ epochs: 24 }, {}, 'train.epochs is 24, but the run that is continued has done 25'],
  ] as const) {
    const folder = await trainFolder(t, task);
    const { exitCode, message: said } = await folder.start({ ...RUN, ...changes, start });
    assert.deepEqual([exitCode, said], [1, message]);
  }
});

test('a state that is damaged, or beside a history that is not its own, is refused', async (t) => {
  const copy = await temporaryFolder(t);
  const folder = await trainFolder(t);
  const refusal = async (): Promise<string> => (await folder.start({ ...RUN, start: `${copy}@24` })).message;
  const state = join(copy, 'states/24.safetensors');
  await cp(parent, copy, { recursive: true });
  const bytes = await readFile(state);
  bytes[bytes.length - 5]! ^= 1;
  await writeFile(state, bytes);
  assert.match(await refusal(), /\/24\.safetensors is damaged$/);
  await copyFile(join(parent, 'states/36.safetensors'), state);
  assert.match(await refusal(), /history and checkpoints are not those of its state of epoch 24$/);
  await copyFile(join(parent, 'model.safetensors'), state);
  assert.match(await refusal(), /is not a state that train kept$/);
  await rm(join(copy, 'history.arrow'));
  await copyFile(join(parent, 'states/24.safetensors'), state);
  assert.match(await refusal(), /history\.arrow is missing$/);
});
