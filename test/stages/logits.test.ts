// On a grokked p = 53 network: what the stage reports is what PyTorch and NumPy found (test/fixtures/trained-p53.json).
import { logitsSummary } from '../../lib/artifacts/logits.ts';
import { readSummary, writeSummary } from '../../lib/artifacts/summary.ts';
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArrow } from '../../lib/files/arrow.ts';
import { writePairs } from '../../lib/artifacts/dataset.ts';
import { gridRows, splitRows } from '../../lib/task/split.ts';
import { params } from '../../stages/logits.params.ts';
import { params as measuresParams } from '../../stages/measures.params.ts';
import { measuresSummary, readLast } from '../../lib/artifacts/measures.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder, type Ended } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** The stage on the measures of the network for the p that it is of. */
async function run(t: TestContext, p: number): Promise<Ended & { out: string }> {
  const folder = await temporaryFolder(t);
  const at = (name: string): string => join(folder, name);
  const needs = { dataset: at('dataset'), train: at('train'), measures: at('measures') };
  const out = at('out');
  for (const path of [...Object.values(needs), out]) await mkdir(path);
  await copyFile(fixture('trained-p53.safetensors'), join(needs.train, 'model.safetensors'));
  const task = { p, operation: 'add', train_fraction: 0.5, seed: 12 } as const;
  const isTrain = new Uint8Array(p * p);
  for (const row of splitRows(p, task.train_fraction, task.seed).train) isTrain[row] = 1;
  await writePairs(needs.dataset, task, gridRows(p, 'add'), isTrain);
  const { dataset, train } = needs;
  const first = await runStage('measures', measuresParams, {}, { dataset, train }, needs.measures);
  if (first.exitCode !== 0) return { ...first, out };
  return { ...(await runStage('logits', params, { controls: 2 }, needs, out)), out };
}

/** The numbers of a tree by path; a list is one entry. */
function numbers(tree: unknown, path = ''): [string, number[]][] {
  if (typeof tree === 'number') return [[path, [tree]]];
  if (Array.isArray(tree) && tree.every((x) => typeof x === 'number')) return [[path, tree]];
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]) => numbers(value, `${path}/${name}`));
}

test('reports every number of the trained network under its name, draws each figure, and controls stay at chance', async (t) => {
  const { exitCode, log, out } = await run(t, 53);
  assert.equal(exitCode, 0, log);
  const summary = await readSummary(out, logitsSummary);
  const found = new Map(numbers(summary));
  const golden = numbers(JSON.parse(await readFile(fixture('trained-p53.json'), 'utf8')));
  const shared = golden.filter(([path]) => found.has(path));
  assert.equal(shared.length, 40, shared.map(([path]) => path).join(' '));
  for (const [path, expected] of shared) {
    const isTiny = path.includes('loss') && expected.every((x) => x < 1e-6);
    assertClose(path, found.get(path)!, expected, { rtol: isTiny ? 1e-3 : 1e-4, ofLargest: 1e-6 });
  }

  assert.ok(summary.not_measured === null);
  const { logit_explained, embedding_loss_all } = summary.controls;
  assert.ok(logit_explained.every((share) => share! < 1e-3));
  const { only, dropped } = embedding_loss_all;
  assert.ok(only.every((loss) => loss! > Math.log(53)) && dropped.every((loss) => loss! < 0.1));

  const names = await readdir(out);
  for (const figure of ['logit_spectrum', 'logit_cosine_similarity', 'excluded_loss', 'losses', 'accuracies'])
    for (const extension of ['svg', 'png', 'arrow'])
      assert.ok(names.includes(`${figure}.${extension}`), figure);
  const { columns } = await readArrow(join(out, 'losses.arrow'));
  const full = Array.from(columns['variant'] as string[]).indexOf('full network');
  assertClose(
    'table',
    [(columns['loss'] as Float64Array)[full]!],
    [(summary['loss'] as { all: number }).all],
    { rtol: 1e-9 },
  );
});

test('a model and a dataset of different p are refused', async (t) => {
  const { exitCode, message } = await run(t, 51);
  assert.equal(exitCode, 1);
  assert.equal(message, 'the model has p = 53, the dataset p = 51');
});

test('measures of another task, or of an older version, are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const of = { p: 31, operation: 'subtract' } as const;
  const nothing = { not_measured: null, checkpoints: 0, key_frequencies: [1], last: {}, last_lists: {} };
  await writeSummary(folder, measuresSummary, { ...of, ...nothing });
  const task = { ...of, train_fraction: 0.5, seed: 1 };
  const { key, values, list } = await readLast(folder, task);
  assert.deepEqual({ key, values }, { key: [1], values: {} });
  assert.throws(() => list('singular_values'), /has no singular_values: an older version wrote it/);
  await assert.rejects(
    readLast(folder, { ...task, operation: 'add' }),
    /is of subtract modulo 31, the dataset of add modulo 31/,
  );
});
