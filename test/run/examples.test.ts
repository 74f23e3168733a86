// The examples and npm run export on the artifacts of the small run. apache-arrow's own reader is here what a file
// attachment of Observable is.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tableFromIPC, type Table } from 'apache-arrow';
import { readModel } from '../../lib/network/model-file.ts';
import { readHistory } from '../../lib/artifacts/history.ts';
import { runExportCommand } from '../../commands/export-command.ts';
import { assertClose } from '../assert-close.ts';
import { missing, python, runPython, runPythonFile } from '../interop/python.ts';
import { runInProcess } from '../in-process.ts';
import type { Finished } from '../run-pipeline.ts';
import { temporaryFolder } from '../stages/start-stage.ts';
import { artifact, CHECKPOINT_EVERY, CONFIG, inFolder, project, smallRun } from './small-run.ts';

const SUM = '5';
const { p, d_model, n_heads, d_head } = CONFIG;

before(async () => {
  const { code, output } = await smallRun();
  assert.equal(code, 0, output);
});

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

const ask = (tool: string): Promise<string> =>
  runPythonFile(example(`questions_${tool}.py`), artifact(), SUM);

let byNumpy: Promise<string> | null = null;
/** What NumPy answers, which the first test compares with what this project reads. */
const askNumpy = (): Promise<string> => (byNumpy ??= ask('numpy'));

test(
  'NumPy, pandas, Polars, DuckDB give the same answers, and the epoch is that of the history',
  { skip: missing('numpy', 'pyarrow', 'polars', 'duckdb') },
  async (t) => {
    const answers = await askNumpy();
    const [, neurons, epoch] = /^neurons \[([\d, ]+)\]\nhead [0-3]\nepoch (\d+)\n$/.exec(answers)!;
    assert.equal(new Set(neurons!.split(', ')).size, 10);
    const history = await readHistory(artifact('train'));
    assert.equal(Number(epoch), history.find(({ test_loss }) => test_loss < 0.1)!.epoch);
    for (const tool of ['polars', 'duckdb']) assert.equal(await ask(tool), answers, tool);
    const noPandas = missing('pandas');
    if (noPandas) t.diagnostic(`pandas is left out: ${noPandas}`);
    else assert.equal(await ask('pandas'), answers, 'pandas');
  },
);

test('so does R', { skip: missing('numpy', 'pyarrow') || missingInR('reticulate') }, async () => {
  const { stdout } = await promisify(execFile)('Rscript', [example('questions.R'), artifact(), SUM], {
    env: { ...process.env, RETICULATE_PYTHON: python },
  });
  assert.equal(stdout.replaceAll(' \n', '\n'), await askNumpy());
});

test('so does the module for Observable', { skip: missing('numpy', 'pyarrow') }, async () => {
  const { firingMost, variesMost, epochBelow } = (await import(example('questions_observable.js'))) as {
    firingMost(post: Table, total: number): number[];
    variesMost(pattern: Table): number;
    epochBelow(history: Table, loss: number): number;
  };
  const attachment = async (path: string): Promise<Table> => tableFromIPC(await readFile(artifact(path)));
  const neurons = firingMost(await attachment('activations/blocks.0.mlp.hook_post.arrow'), Number(SUM));
  const head = variesMost(await attachment('activations/blocks.0.attn.hook_pattern.arrow'));
  const epoch = epochBelow(await attachment('train/history.arrow'), 0.1);
  assert.equal(`neurons [${neurons.join(', ')}]\nhead ${head}\nepoch ${epoch}\n`, await askNumpy());
});

test(
  "the README's lines of Python, and those of docs/interop.md, run as they stand there",
  { skip: missing('torch', 'pyarrow', 'duckdb', 'safetensors') },
  async () => {
    const pages = ['README.md', 'docs/interop.md'].map((page) => join(project, page));
    assert.equal(await runPython('run_pages', inFolder(), ...pages), 5);
  },
);

test(
  'pyarrow opens checkpoints as one row per epoch with one tensor column per weight',
  { skip: missing('pyarrow') },
  async () => {
    const found = (await runPython('read_arrow', artifact('train/checkpoints.arrow'))) as {
      rows: number;
      copied: number;
      columns: Record<string, { shape?: number[]; dims?: string[]; sum: number }>;
    };
    const epochs = Array.from({ length: 17 }, (_, i) => CHECKPOINT_EVERY * i);
    assert.deepEqual([found.rows, found.copied], [epochs.length, 0]);
    assert.equal(
      found.columns['epoch']!.sum,
      epochs.reduce((sum, epoch) => sum + epoch),
    );
    const { shape, dims } = found.columns['W_Q']!;
    assert.deepEqual(
      [shape, dims],
      [
        [17, n_heads, d_model, d_head],
        ['head', 'd_model', 'd_head'],
      ],
    );
    assert.deepEqual(found.columns['W_U']!.shape, [17, d_model, p]);
  },
);

const exportTo = async (out: string, epoch: number, ...more: string[]): Promise<Finished> => {
  const words = ['--artifacts', artifact(), '--checkpoint', String(epoch), '--out', out, ...more];
  const { code, out: said, err } = await runInProcess(project, words, runExportCommand);
  return { code, output: said + err };
};

test(
  'an exported checkpoint in a PyTorch model has the test loss that the history states for its epoch',
  { skip: missing('torch', 'pyarrow', 'safetensors') },
  async () => {
    const history = await readHistory(artifact('train'));
    const pairs = artifact('dataset/pairs.arrow');
    const epochs = [125, 400];
    const models = epochs.map((epoch) => inFolder(`${epoch}.safetensors`));
    for (const [i, out] of models.entries()) {
      const { code, output } = await exportTo(out, epochs[i]!);
      assert.equal(code, 0, output);
    }
    const found = (await runPython('torch_loss', pairs, ...models)) as Record<string, unknown>[];
    for (const [i, { missing, unexpected, test }] of found.entries()) {
      assert.deepEqual(missing, ['blocks.0.attn.mask', 'blocks.0.attn.IGNORE']);
      assert.deepEqual(unexpected, []);
      const stated = history.find(({ epoch }) => epoch === epochs[i])!.test_loss;
      assertClose(`test loss after epoch ${epochs[i]}`, [test as number], [stated], { rtol: 1e-3 });
    }
  },
);

test('an export names its epoch, is there whole or not at all, and replaces nothing unasked', async (t) => {
  const folder = await temporaryFolder(t);
  const out = join(folder, 'model.safetensors');
  const refuses = async (message: RegExp, ...args: Parameters<typeof exportTo>): Promise<void> => {
    const { code, output } = await exportTo(...args);
    assert.equal(code, 1);
    assert.match(output, message);
    assert.doesNotMatch(output, /\n {4}at /);
  };
  await refuses(
    /^--checkpoint 260: there is none \(17 from epoch 0 to 400\)\n {4}nearest: 250 and 275\n$/,
    out,
    260,
  );
  await refuses(/no is not a folder\n/, join(folder, 'no', 'x.safetensors'), 225);
  assert.equal((await readdir(folder)).filter((name) => name.startsWith('model')).length, 0);

  assert.equal((await exportTo(out, 225)).code, 0);
  const first = await readFile(out);
  assert.deepEqual((await readModel(out)).config, CONFIG);
  await refuses(/model\.safetensors: exists already\n {4}replace it with --force\n$/, out, 0);
  assert.deepEqual(await readFile(out), first);
  await writeFile(out, 'something else');
  assert.equal((await exportTo(out, 225, '--force')).code, 0);
  assert.deepEqual(await readFile(out), first);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('model')),
    ['model.safetensors'],
  );
  await refuses(
    /checkpoints\.arrow is missing\n {4}run `npm run pipeline -- train` first/,
    `${out}2`,
    0,
    '--artifacts',
    folder,
  );
});

/** For a test's `skip`: false where R has that package. */
function missingInR(name: string): string | false {
  const { status } = spawnSync('Rscript', ['-e', `library(${name})`]);
  return status === 0 ? false : `no R with the package ${name}`;
}
