// Models trained elsewhere, through the real stages: a grokked one of PyTorch's, whose hooks other tools then read, and
// the dictionary of TransformerLens' demo with its history.
import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { curvesSummary } from '../../lib/artifacts/curves.ts';
import { readHistory } from '../../lib/artifacts/history.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { ACTIVATION_NAMES } from '../../lib/network/hooks.ts';
import { assertClose } from '../assert-close.ts';
import { runPipeline } from '../run-pipeline.ts';
import { params as curvesParams } from '../../stages/curves.params.ts';
import { params as datasetParams } from '../../stages/dataset.params.ts';
import { params as trainParams } from '../../stages/train.params.ts';
import { runStage, temporaryFolder } from '../stages/start-stage.ts';
import { missing, runPython } from './python.ts';

const trained = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
const folder = await temporaryFolder({ after });
const artifacts = (...path: string[]): string => join(folder, 'artifacts', ...path);

test('a grokked model of PyTorch goes through train and activations with its losses', async () => {
  const { code, output } = await runPipeline(
    folder,
    ['activations', 'curves'],
    ['dataset.p=53', 'dataset.train_fraction=0.5', 'dataset.seed=12', `train.start=${trained}`],
  );
  assert.equal(code, 0, output);
  assert.match(output, /no curves: the model came without a history/);
  assert.deepEqual(await readdir(artifacts('train')), ['model.safetensors', 'summary.json']);
  const summary = await readSummary(artifacts('train'), trainSummary);
  // As PyTorch has them, in float64 (test/fixtures/trained-p53.json).
  assertClose(
    'losses',
    [summary.train_loss, summary.test_loss],
    [6.390093714881194e-8, 6.796614966696581e-7],
    {
      rtol: 1e-3,
    },
  );
  assert.ok('history' in summary && summary.pretrained);
});

test(
  'every hook file of it, mapped by pyarrow without a copy, equals a PyTorch forward pass of the same weights',
  { skip: missing('torch', 'pyarrow', 'safetensors') },
  async () => {
    const result = (await runPython('torch_forward', trained, artifacts('activations'))) as Record<
      string,
      { same_form: boolean; error: number; in_place: boolean }
    >;
    assert.deepEqual(Object.keys(result), [...ACTIVATION_NAMES]);
    for (const [name, { same_form, error, in_place }] of Object.entries(result)) {
      assert.ok(same_form, `${name}: shape, pairs or infinities differ`);
      assert.ok(error < 1e-5, `${name}: ${error} of the largest value`);
      assert.ok(in_place, `${name}: not where the file is mapped`);
    }
  },
);

test(
  'Polars and DuckDB find the sums that NumPy finds in every one of them',
  { skip: missing('pyarrow', 'polars', 'duckdb', 'numpy') },
  async () => {
    const paths = ACTIVATION_NAMES.map((name) => artifacts('activations', `${name}.arrow`));
    const found = (await runPython('sum_tensor', ...paths)) as Record<string, Record<string, number>>;
    assert.deepEqual(Object.keys(found), paths);
    for (const [path, { numpy, polars, duckdb, magnitude }] of Object.entries(found))
      assertClose(path, [polars!, duckdb!], [numpy!, numpy!], { atol: 1e-12 * magnitude! });
  },
);

test(
  "the dictionary of TransformerLens' demo is a model on which the stages work, with its history",
  { skip: missing('torch', 'pyarrow', 'safetensors', 'numpy') },
  async (t) => {
    const folder = await temporaryFolder(t);
    const [dataset, train, curves, demo, biased] = [
      'dataset',
      'train',
      'curves',
      'demo.pth',
      'biased.pth',
    ].map((name) => join(folder, name)) as [string, string, string, string, string];
    for (const out of [dataset, train, curves]) await mkdir(out);
    const made = await runStage('dataset', datasetParams, { p: 11, train_fraction: 0.6 }, {}, dataset);
    assert.equal(made.exitCode, 0, made.log);
    const pairs = join(dataset, 'pairs.arrow');
    const losses = (await runPython('make_pth', pairs, demo, biased)) as { train: number; test: number };
    const refused = await runStage('train', trainParams, { start: biased }, { dataset }, train);
    assert.match(refused.message, /checkpoint of epoch 39, has biases, and the model has none/);

    const taken = await runStage('train', trainParams, { start: demo }, { dataset }, train);
    assert.equal(taken.exitCode, 0, taken.log);
    const drawn = await runStage('curves', curvesParams, {}, { train }, curves);
    assert.equal(drawn.exitCode, 0, drawn.log);
    assert.match(drawn.log, /no curve of accuracy: the history that came with the model has no acc/);
    const { train_loss, test_loss, checkpoints, epochs } = await readSummary(train, trainSummary);
    assertClose('losses', [train_loss, test_loss], [losses.train, losses.test], { rtol: 1e-5 });
    assert.deepEqual([checkpoints, epochs], [3, 60]);
    const history = await readHistory(train);
    assertClose('last test loss', [history.at(-1)!.test_loss], [losses.test], { rtol: 1e-9 });
    assert.deepEqual((await readdir(curves)).sort(), ['loss.arrow', 'loss.png', 'loss.svg', 'summary.json']);
    assert.ok('why_no_accuracy' in (await readSummary(curves, curvesSummary)));
  },
);
