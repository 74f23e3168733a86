// On activations that PyTorch computed (test/fixtures/tiny.safetensors: p = 7, 2 heads, 16 neurons).
import { attentionSummary } from '../../lib/artifacts/attention.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createArrow, readArrow, type ArrowSchema } from '../../lib/files/arrow.ts';
import { readSafetensors } from '../../lib/files/safetensors.ts';
import type { Tensor } from '../../lib/files/tensor.ts';
import type { Weights } from '../../lib/network/config.ts';
import { writeModel } from '../../lib/network/model-file.ts';
import { fromStateDict } from '../network/from-state-dict.ts';
import { makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { createMatrix, multiply } from '../../lib/numerics/matrix.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { gridRows } from '../../lib/task/split.ts';
import { params } from '../../stages/attention.params.ts';
import { assertClose } from '../assert-close.ts';
import { runStage, temporaryFolder, writeDataset, type Ended } from './start-stage.ts';

const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const { p, n_heads, d_mlp } = config;
const PATTERN = 'blocks.0.attn.hook_pattern';
const POST = 'blocks.0.mlp.hook_post';
const folder = await temporaryFolder({ after });
let cache: Record<string, Tensor>;
let weights: Weights;
let drawn: { ended: Ended; out: string };

before(async () => {
  const path = fileURLToPath(new URL('../fixtures/tiny.safetensors', import.meta.url));
  cache = (await readSafetensors(path)).tensors;
  const initial = Object.entries(cache).filter(([name]) => name.startsWith('init/'));
  const renamed = initial.map(([name, tensor]) => [name.slice('init/'.length), tensor]);
  weights = fromStateDict(Object.fromEntries(renamed) as Record<string, Tensor>);
  drawn = await run(folder, { example: [2, 6], neurons: [3, 15, 0] });
});

/** The two hooks as the activations stage writes them, in batches of two numbers a. */
async function writeHooks(folder: string, operation: Operation): Promise<void> {
  await mkdir(folder);
  for (const [name, dims] of [
    [PATTERN, ['head', 'query_pos', 'key_pos']],
    [POST, ['pos', 'd_mlp']],
  ] as const) {
    const { shape, data } = cache[`cache/${name}`]!;
    const width = data.length / (p * p);
    const columns: ArrowSchema['columns'] = {
      a: { type: 'int32' },
      b: { type: 'int32' },
      value: { type: 'tensor', shape: shape.slice(1), dims: [...dims] },
    };
    const writer = await createArrow(join(folder, `${name}.arrow`), { columns, metadata: {} });
    const { a, b } = gridRows(p, operation);
    for (let from = 0; from < p; from += 2) {
      const rows = [...a.keys()].filter((i) => a[i] === from || a[i] === from + 1);
      const value = rows.flatMap((i) => {
        const start = (a[i]! * p + b[i]!) * width;
        return Array.from(data.subarray(start, start + width));
      });
      await writer.append({
        a: Int32Array.from(rows, (i) => a[i]!),
        b: Int32Array.from(rows, (i) => b[i]!),
        value: Float32Array.from(value),
      });
    }
    await writer.close();
  }
}

async function run(
  folder: string,
  given: Record<string, unknown>,
  operation: Operation = 'add',
): Promise<{ ended: Ended; out: string }> {
  const [activations, train, out] = ['activations', 'train', 'out'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const dataset = join(folder, 'dataset');
  await writeHooks(activations, operation);
  await writeDataset(dataset, p, operation);
  await mkdir(train);
  await writeModel(join(train, 'model.safetensors'), config, weights);
  await mkdir(out);
  const needs = { dataset, train, activations };
  return { ended: await runStage('attention', params, given, needs, out), out };
}

const column = async (path: string, name: string) => (await readArrow(path)).columns[name]!;

test('attention and neurons are those of the hooks', async () => {
  const { ended, out } = drawn;
  assert.equal(ended.exitCode, 0, ended.log);
  const pattern = cache[`cache/${PATTERN}`]!.data;
  const post = cache[`cache/${POST}`]!.data;
  const attention = (row: number, head: number, key: number): number =>
    pattern[((row * n_heads + head) * 3 + 2) * 3 + key]!;
  const rows = Array.from({ length: p * p }, (_, i) => i);
  const cells = Array.from({ length: n_heads * 3 }, (_, i) => [Math.floor(i / 3), i % 3] as const);

  const mean = cells.map(([h, key]) => rows.reduce((sum, row) => sum + attention(row, h, key), 0) / (p * p));
  assertClose(
    'average',
    (await column(join(out, 'average_pattern.arrow'), 'attention')) as Float64Array,
    mean,
    { atol: 1e-7 },
  );
  const example = cells.map(([h, key]) => attention(2 * p + 6, h, key));
  assertClose(
    'example',
    (await column(join(out, 'example_pattern.arrow'), 'attention')) as Float64Array,
    example,
    { atol: 1e-7 },
  );
  assert.deepEqual(await column(join(out, 'example_pattern.arrow'), 'position'), [
    'a',
    'b',
    '=',
    'a',
    'b',
    '=',
  ]);
  const toA = [0, 1].flatMap((h) => rows.map((row) => attention(row, h, 0)));
  assertClose('to a', (await column(join(out, 'attention_to_a.arrow'), 'attention')) as Float64Array, toA, {
    atol: 1e-7,
  });
  const neurons = [3, 15, 0].flatMap((neuron) => rows.map((row) => post[(row * 3 + 2) * d_mlp + neuron]!));
  assertClose('neurons', (await column(join(out, 'neurons.arrow'), 'activation')) as Float64Array, neurons, {
    atol: 1e-7,
  });
  assert.equal(((await column(join(out, 'neurons.arrow'), 'neuron')) as string[])[p * p], 'Neuron 15');

  const summary = await readSummary(out, attentionSummary);
  assertClose('summary', summary.mean_attention_from_equals.flat(), mean, { atol: 1e-7 });
});

test('every figure is there as SVG, PNG and Arrow, and says the right direction', async () => {
  const { out } = drawn;
  const figures = ['attention_to_a', 'average_pattern', 'example_pattern', 'neurons', 'score_frequencies'];
  const expected = [
    ...figures.flatMap((name) => ['arrow', 'png', 'svg'].map((end) => `${name}.${end}`)),
    'summary.json',
  ];
  assert.deepEqual((await readdir(out)).sort(), expected.sort());
  assert.match(await readFile(join(out, 'attention_to_a.svg'), 'utf8'), />Attention from = to a</);
});

test('a neuron or a summand that the network does not have is refused by the name of the param', async (t) => {
  const neurons = await run(await temporaryFolder(t), { neurons: [0, 16] });
  assert.deepEqual(
    [neurons.ended.exitCode, neurons.ended.message],
    [1, 'neurons: 16 (this network has neurons 0 to 15)'],
  );
  const example = await run(await temporaryFolder(t), { example: [0, 7], neurons: [0] });
  assert.deepEqual(
    [example.ended.exitCode, example.ended.message],
    [1, 'example: 7 (summands of this network are 0 to 6)'],
  );
  assert.doesNotMatch(example.ended.log, /\n {4}at /);
});

test('scores by frequency are those of the attention to a; of a polynomial there is nothing to report', async (t) => {
  const { attention_coefficients, attention_to_a, not_measured } = await readSummary(
    drawn.out,
    attentionSummary,
  );
  // log of the attention to a over that to =, as it varies with a, is the score of a but for a constant.
  const pattern = cache[`cache/${PATTERN}`]!.data;
  const { F } = makeFourierBasis(p);
  const expected = Array.from({ length: n_heads }, (_, h) => {
    const ratio = Float64Array.from({ length: p }, (_, a) => {
      const at = ((a * p * n_heads + h) * 3 + 2) * 3;
      return Math.log(pattern[at]! / pattern[at + 2]!);
    });
    return Array.from(multiply(F, createMatrix(p, 1, ratio)).data.subarray(1));
  });
  const actual = attention_coefficients!.map((ofHead) => ofHead.slice(1));
  assertClose('coefficients', actual.flat(), expected.flat(), { atol: 1e-5 });
  assert.equal(attention_to_a!.length, n_heads);
  assert.equal(not_measured, null);

  const { ended, out } = await run(await temporaryFolder(t), { example: [0, 1], neurons: [0] }, 'quadratic');
  assert.equal(ended.exitCode, 0, ended.log);
  const summary = await readSummary(out, attentionSummary);
  assert.deepEqual([summary.attention_coefficients, summary.attention_to_a], [null, null]);
  assert.match(String(summary.not_measured), /is no sum of angles/);
});

test('division is measured on the pairs that it has, drawn in the order of logarithms; b = 0 is no example', async (t) => {
  const { ended, out } = await run(await temporaryFolder(t), { example: [2, 6], neurons: [3] }, 'divide');
  assert.equal(ended.exitCode, 0, ended.log);
  const pattern = cache[`cache/${PATTERN}`]!.data;
  const rows = Array.from({ length: p * p }, (_, row) => row);
  const attention = rows.map((row) => (row % p === 0 ? NaN : pattern[(row * n_heads * 3 + 2) * 3]!));
  const drawn = (await column(join(out, 'attention_to_a.arrow'), 'attention')) as Float64Array;
  const powers = [1, 3, 2, 6, 4, 5]; // of 3, the smallest primitive root of 7
  const byLogarithm = powers.flatMap((a) => powers.map((b) => attention[a * p + b]!));
  assert.deepEqual([...drawn.subarray(0, 36)], byLogarithm);
  assert.deepEqual(
    ((await column(join(out, 'attention_to_a.arrow'), 'b')) as string[]).slice(0, 6),
    powers.map(String),
  );
  const pairs = attention.filter((x) => !Number.isNaN(x));
  const summary = await readSummary(out, attentionSummary);
  const mean = pairs.reduce((sum, x) => sum + x, 0) / pairs.length;
  assertClose('mean', [summary.mean_attention_from_equals[0]![0]!], [mean], { atol: 1e-7 });
  assert.match(await readFile(join(out, 'average_pattern.svg'), 'utf8'), /over all 42 pairs/);
  const norms = (await column(join(out, 'score_frequencies.arrow'), 'norm')) as Float64Array;
  assert.ok(norms.every(Number.isFinite), 'k = 3 of a group of 6 has a cosine and no sine');

  const refused = await run(await temporaryFolder(t), { example: [2, 0], neurons: [3] }, 'divide');
  assert.equal(refused.ended.message, 'example: 0 (division has no pairs with b = 0)');
});
