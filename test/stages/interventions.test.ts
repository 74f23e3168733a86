// train.edit, train.freeze and train.go_on through the stage.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { viewWeights, WEIGHT_NAMES } from '../../lib/network/config.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { checkParams } from '../../lib/runner/schema.ts';
import { readKeptState } from '../../lib/training/kept-state.ts';
import { params } from '../../stages/train.params.ts';
import { SMALL, TASK, trainFolder } from './train-stage.ts';

const RUN = { epochs: 40, log_every: 4, checkpoint_every: 10, state_every: 20 };
const config = { p: TASK.p, ...SMALL };
const { out: parent, start: trainParent } = await trainFolder({ after });
before(async () => {
  const { exitCode, log } = await trainParent(RUN);
  assert.equal(exitCode, 0, log);
});

test('weights that are frozen keep their values and moments, and all others are trained', async (t) => {
  const folder = await trainFolder(t);
  const names = ['W_E', 'W_O'] as const;
  await folder.start({ ...RUN, start: `${parent}@20`, freeze: names });
  const [from, to] = [join(parent, 'states/20.safetensors'), join(folder.out, 'states/39.safetensors')];
  const [before, after] = [(await readKeptState(from)).state, (await readKeptState(to)).state];
  for (const part of ['weights', 'm', 'v'] as const) {
    const [old, now] = [viewWeights(config, before[part]), viewWeights(config, after[part])];
    for (const name of WEIGHT_NAMES)
      if ((names as readonly string[]).includes(name)) assert.deepEqual(now[name], old[name], name);
      else assert.notDeepEqual(now[name], old[name], name);
  }
});

test('with every weight frozen the network stays as it was drawn', async (t) => {
  const [one, other] = [await trainFolder(t), await trainFolder(t)];
  await one.start({ ...RUN, freeze: WEIGHT_NAMES });
  await other.start({ ...RUN, epochs: 1, learning_rate: 1e-30, weight_decay: 0 });
  const [frozen, first] = [
    await readModel(join(one.out, 'model.safetensors')),
    await readModel(join(other.out, 'model.safetensors')),
  ];
  assert.deepEqual(frozen.weights, first.weights);
});

test('a model that is edited is the result, without a history of what it was before', async (t) => {
  const folder = await trainFolder(t);
  const edit = [{ head: 1, zero: true }];
  const { exitCode, log } = await folder.start({ ...RUN, start: parent, edit });
  assert.equal(exitCode, 0, log);
  const { weights } = await readModel(join(folder.out, 'model.safetensors'));
  const half = weights.W_O.data.length / 2;
  assert.ok(weights.W_O.data.subarray(half).every((value) => value === 0));
  const summary = await readSummary(folder.out, trainSummary);
  assert.ok('why_no_history' in summary);
  assert.equal(summary.why_no_history, 'its model was edited');
});

test('with go_on a model is trained from where it stands, its epochs counted from 0', async (t) => {
  const folder = await trainFolder(t);
  const { log } = await folder.start({
    ...RUN,
    start: parent,
    go_on: true,
    learning_rate: 1e-30,
    weight_decay: 0,
  });
  assert.match(log, /training goes on from that model: its moments are zero, epochs count from 0/);
  const summary = await readSummary(folder.out, trainSummary);
  assert.ok('went_on' in summary && summary.went_on);
  assert.deepEqual(
    await readFile(join(folder.out, 'model.safetensors')),
    await readFile(join(parent, 'model.safetensors')),
  );
  const checkpoints = await openCheckpoints(folder.out, config);
  assert.deepEqual(
    checkpoints.records.map(({ epoch }) => epoch),
    [0, 10, 20, 30, 39],
  );
  await checkpoints.close();
});

test('an intervention in another form is refused with the forms that there are', () => {
  const wrong = (edit: unknown): string[] =>
    checkParams(params, { edit }).issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  assert.deepEqual(
    wrong([
      { head: 1, zero: true },
      { W_E: 'keep', frequencies: [3] },
    ]),
    [],
  );
  for (const one of [{ head: 1 }, { head: 1, zero: false }, { W_E: 'drop', frequencies: [1] }, 'head 1'])
    assert.match(wrong([one]).join(), /^edit\.0\S* must be \{ W_E: one of keep, remove, frequencies: /);
});
