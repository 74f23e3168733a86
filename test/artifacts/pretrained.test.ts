// What a folder with a model trained elsewhere may contain, and how errors in it are reported.
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { createArrow, writeArrow } from '../../lib/files/arrow.ts';
import { Failure } from '../../lib/files/failure.ts';
import {
  flattenWeights,
  parameterCount,
  viewWeights,
  WEIGHT_DIMS,
  WEIGHT_NAMES,
  weightShapes,
} from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel, writeModel } from '../../lib/network/model-file.ts';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { gridRows } from '../../lib/task/split.ts';
import { openCheckpoints, writeCheckpoints } from '../../lib/artifacts/checkpoints.ts';
import { writeHistory } from '../../lib/artifacts/history.ts';
import type { HistoryRecord } from '../../lib/training/history.ts';
import { Journal } from '../../lib/training/journal.ts';
import { readPretrained } from '../../lib/artifacts/pretrained.ts';
import { params as curvesParams } from '../../stages/curves.params.ts';
import { params } from '../../stages/train.params.ts';
import { runStage, temporaryFolder } from '../stages/start-stage.ts';

const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const weights = initialWeights(config, 3);
const history: HistoryRecord[] = [0, 10, 20].map((epoch) => ({
  epoch,
  train_loss: 2 - epoch / 20,
  test_loss: 3 - epoch / 10,
  train_accuracy: epoch / 20,
  test_accuracy: 0,
}));

/** A folder with a model, its history and its checkpoints, as the train stage leaves them. */
const good = await temporaryFolder({ after });
before(async () => {
  await writeModel(join(good, 'model.safetensors'), config, weights);
  await writeHistory(good, history);
  const resume = await temporaryFolder({ after });
  const { journal } = await Journal.open(resume, parameterCount(config));
  const flat = flattenWeights(config, weights);
  for (const record of history) {
    await journal.log(record);
    const state = { weights: flat.map((x) => x + record.epoch), m: flat, v: flat, step: record.epoch + 1 };
    await journal.checkpoint(record.epoch, state);
  }
  await writeCheckpoints(good, config, history, async (index) =>
    viewWeights(config, await journal.readCheckpoint(index)),
  );
  await journal.close();
});

async function copyOf(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const name of await readdir(good)) await copyFile(join(good, name), join(folder, name));
  return folder;
}

test('a folder gives its model, history and checkpoints, and copies everything but the model unchanged', async (t) => {
  const [folder, out] = [await copyOf(t), await temporaryFolder(t)];
  await writeFile(join(folder, 'notes.txt'), 'mine');
  const { copyRest, ...found } = await readPretrained(folder);
  assert.deepEqual(found, { config, weights, biases: null, history, checkpoints: 3, notes: [] });
  await copyRest(out);
  assert.deepEqual((await readdir(out)).sort(), ['checkpoints.arrow', 'history.arrow']);
  for (const name of await readdir(out))
    assert.deepEqual(await readFile(join(out, name)), await readFile(join(good, name)));
  const { records, read, close } = await openCheckpoints(out, config);
  assert.deepEqual(records, history);
  assert.deepEqual(
    (await read(2)).weights.W_U.data,
    weights.W_U.data.map((x) => x + 20),
  );
  await close();
});

test('a file, or a folder with a model alone, has no history and no checkpoints', async (t) => {
  const folder = await temporaryFolder(t);
  const model = join(folder, 'model.safetensors');
  await copyFile(join(good, 'model.safetensors'), model);
  for (const path of [folder, model]) {
    const { history, checkpoints, copyRest } = await readPretrained(path);
    assert.deepEqual([history, checkpoints], [null, 0]);
    await copyRest(folder);
  }
  assert.deepEqual(await readdir(folder), ['model.safetensors']);
});

async function refuses(folder: string, message: RegExp): Promise<void> {
  await assert.rejects(readPretrained(folder), (error) => {
    assert.ok(error instanceof Failure && error.message.includes(folder), String(error));
    assert.match(error.message, message);
    assert.match(error.remedy, /^name another model, or seed to train one; `npm run inspect/);
    return true;
  });
}

test('a bad history is refused with the row that is wrong', async (t) => {
  const folder = await copyOf(t);
  const path = join(folder, 'history.arrow');
  const [first, second, third] = history as [HistoryRecord, HistoryRecord, HistoryRecord];
  const cases: [HistoryRecord[], RegExp][] = [
    [[], /history\.arrow has no rows/],
    [[second, first], /has epoch 0 after 10 \(expected whole numbers that ascend\)/],
    [[first, { ...second, epoch: 0.5 }], /has epoch 0\.5 after 0/],
    [[first, { ...second, test_loss: NaN }], /has the loss NaN at epoch 10/],
    [[{ ...first, train_loss: -1 }], /has the loss -1 at epoch 0/],
    [[first, second, { ...third, test_accuracy: 99 }], /has the accuracy 99 at epoch 20/],
  ];
  for (const [records, message] of cases) {
    await writeHistory(folder, records);
    await refuses(folder, message);
  }
  await writeArrow(
    path,
    { columns: { epoch: { type: 'int32' } }, metadata: {} },
    { epoch: Int32Array.of(0) },
  );
  await refuses(folder, /history\.arrow has nothing as column train_loss \(expected a number in each row\)/);
  await writeFile(path, 'epoch,train_loss\n');
  await refuses(folder, /history\.arrow is not an Arrow file/);
});

test('checkpoints of another network, out of order, or not finite are refused', async (t) => {
  const folder = await copyOf(t);
  const path = join(folder, 'checkpoints.arrow');
  /** Checkpoints of these epochs in batches of so many; one value of W_in of the last is `value`. */
  const write = async (
    epochs: number[],
    options: { d_mlp?: number; perBatch?: number; value?: number; p?: number },
  ) => {
    const of = { ...config, d_mlp: options.d_mlp ?? config.d_mlp };
    const shapes = weightShapes(of);
    const tensors = WEIGHT_NAMES.map(
      (name) => [name, { type: 'tensor', shape: shapes[name], dims: WEIGHT_DIMS[name] }] as const,
    );
    const scalars = Object.keys(history[0]!).map((name) => [name, { type: 'float64' }] as const);
    const writer = await createArrow(path, {
      columns: Object.fromEntries([...scalars, ...tensors]),
      metadata: { config: JSON.stringify({ ...of, p: options.p ?? of.p }) },
    });
    const { perBatch = 1, value = 0 } = options;
    for (let i = 0; i < epochs.length; i += perBatch) {
      const part = epochs.slice(i, i + perBatch);
      const own = initialWeights(of, 1);
      if (i + perBatch >= epochs.length) own.W_in.data[5] = value;
      await writer.append({
        ...Object.fromEntries(scalars.map(([name]) => [name, new Float64Array(part.length)])),
        epoch: Float64Array.from(part),
        ...Object.fromEntries(
          WEIGHT_NAMES.map((name) => [name, Float32Array.from(part.flatMap(() => [...own[name].data]))]),
        ),
      });
    }
    await writer.close();
  };
  await write([0, 10], {});
  assert.equal((await readPretrained(folder)).checkpoints, 2);
  await write([0, 10], { d_mlp: 32 });
  await refuses(folder, /has float32 \[8, 32\] as column W_in \(expected float32 \[8, 16\]\)/);
  await write([0, 10], { p: 9 });
  await refuses(folder, /is of the config \{"p":9,.* \(expected \{"p":7,/);
  await write([10, 10], {});
  await refuses(folder, /has epoch 10 after 10/);
  await write([0, 10], { perBatch: 2 });
  await refuses(folder, /has 2 rows in 1 batches \(expected a batch for each\)/);
  await write([0, 10], { value: NaN });
  await refuses(folder, /checkpoints\.arrow has W_in with values that are not finite at epoch 10/);
});

test('the stage accepts a complete folder, and refuses a model of another p with the param to set', async (t) => {
  const folder = await temporaryFolder(t);
  const needs = { dataset: join(folder, 'dataset') };
  const [out, curves] = [join(folder, 'out'), join(folder, 'curves')];
  for (const path of [needs.dataset, out, curves]) await mkdir(path);
  const prepare = async (p: number): Promise<void> => {
    const task = { p, operation: 'add', train_fraction: 0.5, seed: 1 } as const;
    const isTrain = Uint8Array.from({ length: p * p }, (_, i) => i % 2);
    await writePairs(needs.dataset, task, gridRows(p, 'add'), isTrain);
  };
  // Sizes are the file's, whatever the other params say.
  const given = { start: good, engine: 'wasm', d_mlp: 512, epochs: 5 };
  await prepare(7);
  const { exitCode, log } = await runStage('train', params, given, needs, out);
  assert.equal(exitCode, 0, log);
  assert.deepEqual((await readdir(out)).sort(), [
    'checkpoints.arrow',
    'history.arrow',
    'model.safetensors',
    'summary.json',
  ]);
  assert.deepEqual(await readModel(join(out, 'model.safetensors')), { config, weights, biases: null });
  const summary = await readSummary(out, trainSummary);
  assert.ok('pretrained' in summary && 'max_test_loss_epoch' in summary);
  const { all_loss, why_no_split, pretrained, epochs, max_test_loss_epoch, d_mlp } = summary;
  assert.deepEqual([pretrained, epochs, max_test_loss_epoch, d_mlp], [true, 21, 0, 16]);
  assert.ok(all_loss! > 1.8 && all_loss! < 3, String(all_loss));
  // Its losses are made up.
  assert.match(why_no_split!, /^it ended with a train loss of/);
  assert.doesNotMatch(JSON.stringify(summary), new RegExp(good));

  const drawn = await runStage('curves', curvesParams, {}, { train: out }, curves);
  assert.equal(drawn.exitCode, 0, drawn.log);
  assert.ok((await readdir(curves)).includes('accuracy.svg'));

  await prepare(5);
  await rm(out, { recursive: true });
  await mkdir(out);
  const refused = await runStage('train', params, given, needs, out);
  assert.equal(refused.message, 'the model has p = 7, the dataset p = 5');
  assert.match(refused.log, /set dataset\.p to 7, as with --set dataset\.p=7/);
});
