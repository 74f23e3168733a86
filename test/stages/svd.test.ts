// On the trained p = 53 model of test/fixtures, whose singular values were computed with NumPy, and on odd sizes.
import { readSummary } from '../../lib/artifacts/summary.ts';
import { svdSummary } from '../../lib/artifacts/svd.ts';
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import { readArrow } from '../../lib/files/arrow.ts';
import type { ModelConfig } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { writeModel } from '../../lib/network/model-file.ts';
import { params } from '../../stages/svd.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder, writeDataset } from './start-stage.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

async function run(t: TestContext, p: number, prepare: (train: string) => Promise<void>): Promise<string> {
  const folder = await temporaryFolder(t);
  const [dataset, train, out] = ['dataset', 'train', 'out'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeDataset(dataset, p, 'add');
  await mkdir(train);
  await mkdir(out);
  await prepare(train);
  const ended = await runStage('svd', params, {}, { dataset, train }, out);
  assert.equal(ended.exitCode, 0, ended.log);
  return out;
}

const untrained = (config: ModelConfig) => (train: string) =>
  writeModel(join(train, 'model.safetensors'), config, initialWeights(config, 1));

test('singular values, vectors and composites of a trained network', async (t) => {
  const out = await run(t, 53, (train) =>
    copyFile(fixture('trained-p53.safetensors'), join(train, 'model.safetensors')),
  );
  const golden = JSON.parse(readFileSync(fixture('trained-p53.json'), 'utf8')) as Record<string, never>;
  const summary = await readSummary(out, svdSummary);
  const tolerance = { rtol: 1e-4, ofLargest: 1e-6 };
  assertClose('W_E', summary.singular_values_W_E, golden['singular_values_W_E']!, tolerance);
  assertClose('W_logit', summary.singular_values_W_logit, golden['singular_values_W_L']!, tolerance);
  assertClose('rank', [summary.effective_rank.W_E], [golden['effective_rank']!['W_E']], tolerance);

  const figure = (await readArrow(join(out, 'singular_values.arrow'))).columns;
  assertClose(
    'figure',
    (figure['singular_value'] as Float64Array).subarray(0, 53),
    golden['singular_values_W_E']!,
    tolerance,
  );
  const square = (values: Float64Array): number => values.reduce((sum, s) => sum + s * s, 0);
  const drawn = figure['singular_value'] as Float64Array;
  assertClose('control has the same norm', [square(drawn.subarray(53))], [square(drawn.subarray(0, 53))], {
    rtol: 1e-10,
  });

  const { rows, schema, columns } = await readArrow(join(out, 'W_logit.arrow'));
  const W_logit = columns['value'] as Float32Array;
  assert.deepEqual([rows, schema.metadata['shape']], [512, '[53]']);
  const svd = (await readArrow(join(out, 'W_logit_svd.arrow'))).columns as Record<string, Float32Array>;
  const rebuilt = W_logit.map((_, i) => {
    const [neuron, c] = [Math.floor(i / 53), i % 53];
    let sum = 0;
    for (let r = 0; r < 53; r++)
      sum += svd['singular_value']![r]! * svd['left']![r * 512 + neuron]! * svd['right']![r * 53 + c]!;
    return sum;
  });
  assertClose('U S V^T is W_logit', rebuilt, W_logit, { ofLargest: 1e-5 });
  const heads = await readArrow(join(out, 'W_neur.arrow'));
  assert.deepEqual([heads.rows, heads.schema.metadata['shape']], [4, '[53,512]']);
});

const FIGURES = [
  ...['singular_values', 'left_singular_vectors', 'W_neur_singular_values', 'W_neur_left_singular_vectors'],
  ...['W_logit_singular_values', 'W_logit_left_singular_vectors', 'W_logit_right_singular_vectors'],
];

async function assertFigures(out: string): Promise<void> {
  const files = await readdir(out);
  for (const name of FIGURES)
    for (const end of ['svg', 'png', 'arrow']) assert.ok(files.includes(`${name}.${end}`), `${name}.${end}`);
}

test('the smallest network, of one head and one neuron, has every figure', async (t) => {
  await assertFigures(await run(t, 3, untrained({ p: 3, d_model: 16, n_heads: 1, d_head: 16, d_mlp: 1 })));
});

const skip = process.env['GROKSCOPE_LONG'] ? false : 'figures drawn twice: npm run test:long';
test('the same network gives the same figures to the byte', { skip }, async (t) => {
  const config = { p: 61, d_model: 3, n_heads: 6, d_head: 2, d_mlp: 20 };
  const [first, second] = [
    await run(t, config.p, untrained(config)),
    await run(t, config.p, untrained(config)),
  ];
  await assertFigures(first);
  for (const name of await readdir(first))
    assert.ok(readFileSync(join(first, name)).equals(readFileSync(join(second, name))), name);
});
