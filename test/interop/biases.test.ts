// A network of PyTorch's with biases of the MLP and of the unembedding through the pipeline: its hooks, its measures and what is
// exported of it are those that PyTorch and NumPy find.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArrow } from '../../lib/files/arrow.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { measuresSummary } from '../../lib/artifacts/measures.ts';
import { ACTIVATION_NAMES } from '../../lib/network/hooks.ts';
import { runExportCommand } from '../../commands/export-command.ts';
import { assertClose } from '../assert-close.ts';
import { runInProcess } from '../in-process.ts';
import { runPipeline } from '../run-pipeline.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { missing, runPython } from './python.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const skip = missing('torch', 'pyarrow', 'safetensors', 'numpy');
const folder = await temporaryFolder({ after });
const artifacts = (...path: string[]): string => join(folder, 'artifacts', ...path);
const [model, exported] = ['biased.pth', 'exported.safetensors'].map((name) => join(folder, name)) as [
  string,
  string,
];

test('a network with biases goes through the pipeline with its losses and sizes', { skip }, async () => {
  const sets = ['dataset.p=11', 'dataset.train_fraction=0.5', 'dataset.seed=3'];
  const dataset = await runPipeline(folder, ['dataset'], sets);
  assert.equal(dataset.code, 0, dataset.output);
  await runPython('make_biased', artifacts('dataset', 'pairs.arrow'), model);
  const { code, output } = await runPipeline(
    folder,
    ['activations', 'measures'],
    [...sets, `train.start=${model}`],
  );
  assert.equal(code, 0, output);
  const { d_model, d_mlp, ...summary } = await readSummary(artifacts('train'), trainSummary);
  assert.deepEqual([d_model, d_mlp, summary.checkpoints], [12, 24, 2]);
  assert.ok('biases' in summary && summary.biases && summary.why_no_split === null);
});

test(
  'every hook and the logits are those of a PyTorch forward pass of the file, in their shape',
  { skip },
  async () => {
    const result = (await runPython('torch_forward', model, artifacts('activations'))) as Record<
      string,
      { same_form: boolean; error: number }
    >;
    assert.deepEqual(Object.keys(result), [...ACTIVATION_NAMES]);
    for (const [name, { same_form, error }] of Object.entries(result)) {
      assert.ok(same_form, `${name}: shape, pairs or infinities differ`);
      assert.ok(error < 1e-6, `${name}: ${error} of the largest value`);
    }
  },
);

test('its measures are what NumPy makes of their formulas', { skip }, async () => {
  const found = (await runPython('plain_measures', model, artifacts())) as Record<
    string,
    [number[], number[]]
  >;
  assert.ok(Object.keys(found).length > 25);
  for (const [name, [actual, expected]] of Object.entries(found))
    assertClose(name, actual, expected, { rtol: 1e-5, atol: 1e-6 });
});

test(
  'its last checkpoint, which it is, has the same measures, and the other has other biases',
  { skip },
  async () => {
    const { last } = await readSummary(artifacts('measures'), measuresSummary);
    const { columns, rows } = await readArrow(artifacts('measures', 'measures.arrow'));
    assert.equal(rows, 2);
    for (const [name, value] of Object.entries(last)) {
      const column = columns[name] as Float64Array | undefined;
      if (column) assertClose(name, [column[1]!], [value as number], { rtol: 1e-4 });
    }
    const loss = columns['loss_all'] as Float64Array;
    assert.ok(Math.abs(loss[0]! - loss[1]!) > 0.01);
  },
);

test('what is exported of it loads in TransformerLens’ form and has its losses', { skip }, async () => {
  const words = ['--checkpoint', '1', '--out', exported, '--artifacts', artifacts()];
  const { code, out, err } = await runInProcess(project, words, runExportCommand);
  assert.equal(code, 0, out + err);
  const { train_loss, test_loss } = await readSummary(artifacts('train'), trainSummary);
  const files = [exported, artifacts('train', 'model.safetensors')];
  const found = await runPython('torch_loss', artifacts('dataset', 'pairs.arrow'), ...files);
  for (const { train, test, unexpected } of found as {
    train: number;
    test: number;
    unexpected: string[];
  }[]) {
    assert.deepEqual(unexpected, []);
    assertClose('losses', [train, test], [train_loss!, test_loss!], { rtol: 1e-5 });
  }
});
