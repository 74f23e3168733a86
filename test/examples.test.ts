// The examples and npm run export on the artifacts of a real run: a small network that groks in a second. apache-arrow's
// own reader is here what a file attachment of Observable is.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tableFromIPC, type Table } from 'apache-arrow';
import { readModel } from '../lib/network/model-file.ts';
import { readHistory } from '../lib/artifacts/history.ts';
import { assertClose } from './assert-close.ts';
import { missing, python, runPython, runPythonFile } from './interop/python.ts';
import { runPipeline, runScript, type Finished } from './run-pipeline.ts';
import { temporaryFolder } from './stages/start-stage.ts';

const SMALL = [
  'dataset.p=23',
  'dataset.train_fraction=0.8',
  'train.d_model=64',
  'train.d_head=8',
  'train.d_mlp=128',
  'train.learning_rate=3e-3',
  'train.weight_decay=2',
  'train.epochs=400',
  'train.engine=wasm', // the same bits on every machine
];
const SUM = '5';

const folder = await temporaryFolder({ after });
const artifacts = join(folder, 'artifacts');
before(async () => {
  const { code, output } = await runPipeline(folder, ['activations'], SMALL);
  assert.equal(code, 0, output);
});

const example = (name: string): string => fileURLToPath(new URL(`../examples/${name}`, import.meta.url));

/** What NumPy answers, which the first test compares with what this project reads. */
const ask = (tool: string): Promise<string> => runPythonFile(example(`questions_${tool}.py`), artifacts, SUM);

test(
  'NumPy, pandas, Polars, DuckDB give the same answers, and the epoch is that of the history',
  { skip: missing('numpy', 'pyarrow', 'polars', 'duckdb') },
  async (t) => {
    const answers = await ask('numpy');
    const [, neurons, epoch] = /^neurons \[([\d, ]+)\]\nhead [0-3]\nepoch (\d+)\n$/.exec(answers)!;
    assert.equal(new Set(neurons!.split(', ')).size, 10);
    const history = await readHistory(join(artifacts, 'train'));
    assert.equal(Number(epoch), history.find(({ test_loss }) => test_loss < 0.1)!.epoch);
    for (const tool of ['polars', 'duckdb']) assert.equal(await ask(tool), answers, tool);
    const noPandas = missing('pandas');
    if (noPandas) t.diagnostic(`pandas is left out: ${noPandas}`);
    else assert.equal(await ask('pandas'), answers, 'pandas');
  },
);

test('so does R', { skip: missing('numpy', 'pyarrow') || missingInR('reticulate') }, async () => {
  const { stdout } = await promisify(execFile)('Rscript', [example('questions.R'), artifacts, SUM], {
    env: { ...process.env, RETICULATE_PYTHON: python },
  });
  assert.equal(stdout.replaceAll(' \n', '\n'), await ask('numpy'));
});

test('so does the module for Observable', { skip: missing('numpy', 'pyarrow') }, async () => {
  const { firingMost, variesMost, epochBelow } = (await import(example('questions_observable.js'))) as {
    firingMost(post: Table, total: number): number[];
    variesMost(pattern: Table): number;
    epochBelow(history: Table, loss: number): number;
  };
  const attachment = async (path: string): Promise<Table> =>
    tableFromIPC(await readFile(join(artifacts, path)));
  const neurons = firingMost(await attachment('activations/blocks.0.mlp.hook_post.arrow'), Number(SUM));
  const head = variesMost(await attachment('activations/blocks.0.attn.hook_pattern.arrow'));
  const epoch = epochBelow(await attachment('train/history.arrow'), 0.1);
  assert.equal(`neurons [${neurons.join(', ')}]\nhead ${head}\nepoch ${epoch}\n`, await ask('numpy'));
});

test(
  "README's lines of Python run as they stand there",
  { skip: missing('torch', 'pyarrow', 'duckdb', 'safetensors') },
  async () => {
    const readme = fileURLToPath(new URL('../README.md', import.meta.url));
    assert.equal(await runPython('run_readme', readme, folder), 3);
  },
);

test(
  'pyarrow opens checkpoints as a row an epoch with a tensor column a weight',
  { skip: missing('pyarrow') },
  async () => {
    const found = (await runPython('read_arrow', join(artifacts, 'train/checkpoints.arrow'))) as {
      rows: number;
      copied: number;
      columns: Record<string, { shape?: number[]; dims?: string[]; sum: number }>;
    };
    assert.deepEqual([found.rows, found.copied], [5, 0]);
    assert.equal(found.columns['epoch']!.sum, 0 + 100 + 200 + 300 + 399);
    const { shape, dims } = found.columns['W_Q']!;
    assert.deepEqual(
      [shape, dims],
      [
        [5, 4, 64, 8],
        ['head', 'd_model', 'd_head'],
      ],
    );
    assert.deepEqual(found.columns['W_U']!.shape, [5, 64, 23]);
  },
);

const exportTo = (out: string, epoch: string, ...more: string[]): Promise<Finished> =>
  runScript('commands/export.ts', '--artifacts', artifacts, '--checkpoint', epoch, '--out', out, ...more);

test(
  'an exported checkpoint in a PyTorch model has the test loss that the history states for its epoch',
  { skip: missing('torch', 'pyarrow', 'safetensors') },
  async () => {
    const history = await readHistory(join(artifacts, 'train'));
    const pairs = join(artifacts, 'dataset/pairs.arrow');
    const epochs = [100, 399];
    const models = epochs.map((epoch) => join(folder, `${epoch}.safetensors`));
    for (const [i, out] of models.entries()) {
      const { code, output } = await exportTo(out, String(epochs[i]));
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

test('an export names its epoch, is there whole or not at all, and replaces nothing unasked', async () => {
  const out = join(folder, 'model.safetensors');
  const refuses = async (message: RegExp, ...args: Parameters<typeof exportTo>): Promise<void> => {
    const { code, output } = await exportTo(...args);
    assert.equal(code, 1);
    assert.match(output, message);
    assert.doesNotMatch(output, /\n {4}at /);
  };
  await refuses(
    /^--checkpoint 250: there is none \(5 from epoch 0 to 399\)\n {4}nearest: 200 and 300\n$/,
    out,
    '250',
  );
  await refuses(/no is not a folder\n/, join(folder, 'no', 'x.safetensors'), '300');
  assert.equal((await readdir(folder)).filter((name) => name.startsWith('model')).length, 0);

  assert.equal((await exportTo(out, '300')).code, 0);
  const first = await readFile(out);
  assert.deepEqual((await readModel(out)).config, { p: 23, d_model: 64, n_heads: 4, d_head: 8, d_mlp: 128 });
  await refuses(/model\.safetensors: exists already\n {4}replace it with --force\n$/, out, '0');
  assert.deepEqual(await readFile(out), first);
  await writeFile(out, 'something else');
  assert.equal((await exportTo(out, '300', '--force')).code, 0);
  assert.deepEqual(await readFile(out), first);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith('model')),
    ['model.safetensors'],
  );
  await refuses(
    /checkpoints\.arrow is missing\n {4}run `npm run pipeline -- train` first/,
    `${out}2`,
    '0',
    '--artifacts',
    folder,
  );
});

/** For a test's `skip`: false where R has that package. */
function missingInR(name: string): string | false {
  const { status } = spawnSync('Rscript', ['-e', `library(${name})`]);
  return status === 0 ? false : `no R with the package ${name}`;
}
