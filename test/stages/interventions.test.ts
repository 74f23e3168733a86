// train.edit, train.freeze and train.go_on through the stage.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { viewWeights, WEIGHT_NAMES } from '../../lib/network/config.ts';
import { readModel } from '../../lib/network/model-file.ts';
import type { ConfigurationError } from '../../lib/files/problem.ts';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import { Hashes } from '../../lib/runner/disk/hashes.ts';
import { computeKey } from '../../lib/runner/key/key.ts';
import { checkParams } from '../../lib/runner/schema.ts';
import { readKeptState } from '../../lib/training/kept-state.ts';
import { params } from '../../stages/train.params.ts';
import { temporaryFolder } from './start-stage.ts';
import { SMALL, TASK, trainFolder } from './train-stage.ts';

const pipeline = fileURLToPath(new URL('../../pipeline.yaml', import.meta.url));

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

test('a weight is taken from another model, of the same shape', async (t) => {
  const [other, folder] = [await trainFolder(t), await trainFolder(t)];
  await other.start({ ...RUN, epochs: 1, seed: 77 });
  const model = join(other.out, 'model.safetensors');
  for (const name of ['W_U', 'W_Q'] as const) {
    const edit = [{ [name]: 'from', model }];
    const { exitCode, log } = await folder.start({ ...RUN, start: parent, edit });
    assert.equal(exitCode, 0, log);
    const [{ weights }, of, from] = [
      await readModel(join(folder.out, 'model.safetensors')),
      await readModel(join(parent, 'model.safetensors')),
      await readModel(model),
    ];
    for (const each of WEIGHT_NAMES)
      assert.deepEqual(weights[each], (each === name ? from : of).weights[each], each);
  }
  const small = await trainFolder(t);
  await small.start({ ...RUN, epochs: 1, d_mlp: 8 });
  const edit = [{ W_out: 'from', model: small.out }];
  const { exitCode, message } = await folder.start({ ...RUN, start: parent, edit });
  assert.equal(exitCode, 1);
  assert.match(message, /"W_out":"from".*: W_out is \[8, 8\] there and \[16, 8\] here$/);
});

test('the content of a model that an intervention names is in the key, and it must exist', async (t) => {
  const folder = await temporaryFolder(t);
  const model = join(folder, 'other.safetensors');
  await copyFile(join(parent, 'model.safetensors'), model);
  const define = async (name: string) => {
    const value = [
      { head: 1, zero: true },
      { W_U: 'from', model: name },
    ];
    const override = { stage: 'train', param: 'edit', value, place: '--set train.edit' };
    return (await readPipeline(pipeline, [override])).stages.get('train')!;
  };
  const keyOf = async (): Promise<unknown> => {
    const code = { code: {}, packages: {} };
    const { params } = await computeKey(await define(model), {}, code, Hashes.blank(), () => {});
    return (params['edit'] as { model: unknown }[])[1]!.model;
  };
  const sha256 = createHash('sha256')
    .update(await readFile(model))
    .digest('hex');
  assert.deepEqual(await keyOf(), { sha256 });
  await assert.rejects(define(join(folder, 'none.pt')), (error: ConfigurationError) => {
    assert.match(
      error.problems[0]!.message,
      /^edit\[1\]\.model must be a file that exists, or a folder with model/,
    );
    return true;
  });
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
