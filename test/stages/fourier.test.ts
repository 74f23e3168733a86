// On the trained p = 53 model of test/fixtures, measured with NumPy, and on odd sizes.
import { fourierSummary } from '../../lib/artifacts/fourier.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArrow } from '../../lib/files/arrow.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { writeModel } from '../../lib/network/model-file.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { params } from '../../stages/fourier.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder, writeDataset } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

async function run(
  folder: string,
  p: number,
  prepare: (model: string) => Promise<void>,
  operation: Operation = 'add',
): Promise<string> {
  const [train, out] = [join(folder, 'train'), join(folder, 'out')];
  await mkdir(train);
  await mkdir(out);
  await prepare(join(train, 'model.safetensors'));
  const dataset = join(folder, 'dataset');
  await writeDataset(dataset, p, operation);
  const ended = await runStage('fourier', params, {}, { dataset, train }, out);
  assert.equal(ended.exitCode, 0, ended.log);
  return out;
}

/** A column of numbers of a figure's table. */
const numbers = async (out: string, figure: string, name: string): Promise<Float64Array> =>
  (await readArrow(join(out, `${figure}.arrow`))).columns[name] as Float64Array;

const folder = await temporaryFolder({ after });
let out: string;
before(async () => {
  out = await run(folder, 53, (model) => copyFile(fixture('trained-p53.safetensors'), model));
});

test('spectra, norms and key frequencies of a trained network', async () => {
  const golden = JSON.parse(readFileSync(fixture('trained-p53.json'), 'utf8')) as Record<string, number[]>;
  const tolerance = { rtol: 1e-4, ofLargest: 1e-6 };
  const signFree = await numbers(out, 'singular_vector_spectrum_sign_free', 'magnitude');
  assertClose('sign-free spectrum', signFree, golden['singular_vector_spectrum_first8']!, tolerance);
  for (const [figure, key] of [
    ['W_E_fourier_norms', 'fourier_norms_W_E'],
    ['W_logit_fourier_norms', 'fourier_norms_W_L'],
  ] as const) {
    const [constant, ...rest] = golden[key]!;
    const bySeries = [
      ...rest.filter((_, i) => i % 2 === 0),
      ...rest.filter((_, i) => i % 2 === 1),
      constant!,
    ];
    assertClose(figure, await numbers(out, figure, 'norm'), bySeries, tolerance);
  }
  const perColumn = await numbers(out, 'singular_vector_spectrum_per_column', 'amplitude');
  const combined = Array.from({ length: 27 }, (_, k) =>
    Math.hypot(...Array.from({ length: 8 }, (_, i) => (53 / 2) * perColumn[i * 27 + k]!)),
  );
  assertClose('columns add up to the sign-free spectrum', combined, signFree, { ofLargest: 1e-12 });

  const summary = await readSummary(out, fourierSummary);
  const keys = summary.key_frequencies!;
  const expected = (golden['key_frequencies'] as unknown as typeof keys).embedding_quarter_max;
  assert.deepEqual(keys.embedding_quarter_max, expected);
  assert.deepEqual(keys.logit_map_quarter_max, expected);
  assert.deepEqual(summary.key_frequencies_by_all_rules, expected);
});

test('the last frequency, p//2, is on every axis, and the figures state their rules', async () => {
  for (const name of ['singular_vector_spectrum', 'singular_vector_spectrum_sign_free', 'W_E_fourier_norms'])
    assert.equal(Math.max(...(await numbers(out, name, 'frequency'))), 26, name);
  const svg = (name: string): Promise<string> => readFile(join(out, `${name}.svg`), 'utf8');
  assert.match(await svg('singular_vector_spectrum'), /the largest entry of each column is positive/);
  assert.match(await svg('W_E_fourier'), />k = 26</);
  assert.match(await svg('W_E_fourier_norms'), />a quarter of the largest</);
});

test('every figure is there, for networks of any size and more components than there are', async (t) => {
  const names = [
    ...[
      'singular_vector_spectrum',
      'singular_vector_spectrum_per_column',
      'singular_vector_spectrum_sign_free',
    ],
    ...['fourier_basis', 'W_E_fourier', 'W_E_fourier_norms', 'W_logit_fourier', 'W_logit_fourier_norms'],
  ];
  const all = [
    [{ p: 5, d_model: 3, n_heads: 2, d_head: 2, d_mlp: 4 }, 3],
    [{ p: 3, d_model: 16, n_heads: 1, d_head: 16, d_mlp: 1 }, 3],
    [{ p: 199, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 20 }, 8],
  ] as const;
  // Only one in the short run, as the figures of each take a second.
  for (const [config, components] of process.env['GROKSCOPE_LONG'] ? all : all.slice(0, 1)) {
    const out = await run(await temporaryFolder(t), config.p, (model) =>
      writeModel(model, config, initialWeights(config, 1)),
    );
    const files = await readdir(out);
    for (const name of names)
      for (const end of ['svg', 'png', 'arrow'])
        assert.ok(files.includes(`${name}.${end}`), `${name}.${end}`);
    const summary = await readSummary(out, fourierSummary);
    assert.deepEqual([summary.frequencies, summary.components], [(config.p - 1) / 2, components]);
  }
});

test('of a polynomial, spectra are drawn and no frequency is called key', async (t) => {
  const config = { p: 7, d_model: 8, n_heads: 1, d_head: 4, d_mlp: 8 };
  const model = (path: string) => writeModel(path, config, initialWeights(config, 1));
  const out = await run(await temporaryFolder(t), 7, model, 'quadratic');
  const { key_frequencies, energy_in_key_frequencies_W_E, not_measured, gini } = await readSummary(
    out,
    fourierSummary,
  );
  assert.deepEqual([key_frequencies, energy_in_key_frequencies_W_E], [null, null]);
  assert.match(String(not_measured), /is no sum of angles/);
  assert.ok(gini);
  const norms = await readFile(join(out, 'W_E_fourier_norms.svg'), 'utf8');
  assert.ok(norms.includes('Embedding in the Fourier basis'));
});
