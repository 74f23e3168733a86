// Transforms and projections over the grid, against direct sums.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transformGrid, withoutConstant } from '../../lib/measures/grid-transform.ts';
import { LINE_NAMES, lineCoefficients, lineSums, type LineStatistics } from '../../lib/measures/line-sums.ts';
import { cosineLogits, logitCosineCoefficients } from '../../lib/measures/logit-cosines.ts';
import {
  bestFrequencies,
  frequencyClusters,
  frequencyShares,
  phasesInA,
} from '../../lib/measures/neuron-frequencies.ts';
import { circularity, distanceIrrelevance } from '../../lib/measures/pizza.ts';
import { projectOnTrig, trigRatio } from '../../lib/measures/trig-part.ts';
import { makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { gini } from '../../lib/numerics/gini.ts';
import { createMatrix, frobeniusNorm, type Matrix } from '../../lib/numerics/matrix.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';
import { columnsOf } from './plain.ts';

const p = 11;
const { F } = makeFourierBasis(p);
const random = (rows: number, columns: number, seed: number): Matrix =>
  createMatrix(rows, columns, Float64Array.from(new TorchGenerator(seed).normal(rows * columns, 1)));
const w = (k: number): number => (2 * Math.PI * k) / p;
/** One column of a grid. */
const gridOf = (f: (a: number, b: number) => number): Matrix =>
  createMatrix(
    p * p,
    1,
    Float64Array.from({ length: p * p }, (_, i) => f(Math.floor(i / p), i % p)),
  );
const lineStatistics = (grid: Matrix): LineStatistics => ({
  sums: lineSums(grid, 'a + b'),
  energy: Float64Array.from(columnsOf(grid), (column) => {
    const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
    const total = column.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return total < 1e-20 ? 0 : total;
  }),
});
/** T f for every pair, [p*p, n]. */
const spread = ({ columns: n, data }: Matrix): Matrix =>
  createMatrix(
    p * p,
    n,
    Float64Array.from({ length: p * p * n }, (_, i) => {
      const pair = Math.floor(i / n);
      return data[((Math.floor(pair / p) + (pair % p)) % p) * n + (i % n)]!;
    }),
  );

test('the two-dimensional transform is F G F^T, and keeps the norm', () => {
  const grid = random(p * p, 3, 1);
  const transformed = transformGrid(F, grid);
  for (const [x, y, j] of [
    [0, 0, 0],
    [1, 10, 2],
    [7, 4, 1],
  ] as const) {
    let direct = 0;
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++)
        direct += F.data[x * p + a]! * grid.data[(a * p + b) * 3 + j]! * F.data[y * p + b]!;
    assertClose(`${x}, ${y}`, [transformed.data[(x * p + y) * 3 + j]!], [direct], { atol: 1e-12 });
  }
  assertClose('norm', [frobeniusNorm(transformed)], [frobeniusNorm(grid)], { rtol: 1e-12 });
});

test('line coefficients keep the norm of what varies with the line alone', () => {
  const values = random(p, 1, 2).data;
  const onLines = {
    a: gridOf((a) => values[a]!),
    b: gridOf((_, b) => values[b]!),
    'a + b': gridOf((a, b) => values[(a + b) % p]!),
    'a - b': gridOf((a, b) => values[(a - b + p) % p]!),
  };
  for (const line of LINE_NAMES) {
    const norm = frobeniusNorm(lineCoefficients(lineSums(onLines[line], line)));
    assertClose(line, [norm], [frobeniusNorm(onLines[line])], { rtol: 1e-12 });
  }
});

test('the share that a frequency explains is that of its nine coefficients without the constant', () => {
  const grid = random(p * p, 4, 3);
  const shares = frequencyShares(grid);
  const { data } = withoutConstant(transformGrid(F, grid));
  for (let j = 0; j < 4; j++) {
    const square = (x: number, y: number): number => data[(x * p + y) * 4 + j]! ** 2;
    const total = Array.from({ length: p * p }, (_, i) => square(Math.floor(i / p), i % p)).reduce(
      (x, y) => x + y,
    );
    const direct = Array.from({ length: p >> 1 }, (_, i) => {
      const own = [0, 2 * i + 1, 2 * i + 2];
      return own.flatMap((x) => own.map((y) => square(x, y))).reduce((x, y) => x + y) / total;
    });
    const column = direct.map((_, i) => shares.data[i * 4 + j]!);
    assertClose(`column ${j}`, column, direct, { rtol: 1e-10 });
  }
});

test('a neuron of one frequency is found, the last frequency too, with its phase; a constant one is dead', () => {
  const [first, last] = [
    gridOf((a, b) => 3 + Math.cos(w(2) * a - 1) + Math.cos(w(2) * (a + b))),
    gridOf((a, b) => Math.cos(w(5) * a - 4) * (1 + Math.sin(w(5) * b))),
  ];
  const grid = createMatrix(p * p, 3);
  for (let i = 0; i < p * p; i++) grid.data.set([first.data[i]!, 0.1, last.data[i]!], 3 * i);
  const best = bestFrequencies(frequencyShares(grid));
  assert.deepEqual(
    best.map((neuron) => neuron?.frequency ?? null),
    [2, null, 5],
  );
  assertClose('fractions', [best[0]!.fraction, best[2]!.fraction], [1, 1], { atol: 1e-12 });
  const phases = phasesInA(grid, best);
  assertClose('phases', [phases[0]!, phases[2]!], [1, 4], { atol: 1e-12 });
  assert.deepEqual(frequencyClusters(best, 0.85), [
    { frequency: 2, neurons: [0] },
    { frequency: 5, neurons: [2] },
  ]);
});

test('the trig projection is that on cos and sin of w_k(a + b), and a second time changes nothing', () => {
  const grid = random(p * p, 2, 4);
  const key = [1, 5];
  const once = spread(projectOnTrig(lineSums(grid, 'a + b'), key));
  const direct = createMatrix(p * p, 2);
  for (const k of key)
    for (const f of [Math.cos, Math.sin]) {
      const unit = gridOf((a, b) => (Math.SQRT2 / p) * f(w(k) * (a + b))).data;
      for (let j = 0; j < 2; j++) {
        const inner = unit.reduce((sum, x, i) => sum + x * grid.data[i * 2 + j]!, 0);
        unit.forEach((x, i) => (direct.data[i * 2 + j] = direct.data[i * 2 + j]! + inner * x));
      }
    }
  assertClose('projection', once.data, direct.data, { atol: 1e-12 });
  const twice = spread(projectOnTrig(lineSums(once, 'a + b'), key));
  assertClose('twice', twice.data, once.data, { atol: 1e-12 });
});

test('the trig ratio is 1 of a function of w_k(a + b), 0 of one of w_k(a - b), and leaves constant columns out', () => {
  const ratio = (f: (a: number, b: number) => number): number => trigRatio(lineStatistics(gridOf(f)), [3]);
  const values = [
    ratio((a, b) => 2 + Math.cos(w(3) * (a + b) - 1)),
    ratio((a, b) => Math.cos(w(3) * (a - b))),
  ];
  assertClose('ratios', values, [1, 0], { atol: 1e-12 });
  const both = createMatrix(p * p, 2);
  for (let i = 0; i < p * p; i++) both.data.set([Math.cos(w(3) * (Math.floor(i / p) + (i % p))), 7], 2 * i);
  assertClose('with a constant column', [trigRatio(lineStatistics(both), [3])], [1], {
    atol: 1e-12,
  });
});

test('logit coefficients are inner products with the normalised cosine cube', () => {
  const logits = random(p * p, p, 5);
  const coefficients = logitCosineCoefficients(lineSums(logits, 'a + b'));
  const cube = (k: number): Float64Array =>
    Float64Array.from({ length: p ** 3 }, (_, i) => {
      const [a, b, c] = [Math.floor(i / p ** 2), Math.floor(i / p) % p, i % p];
      return Math.cos(w(k) * (a + b - c)) / Math.sqrt(p ** 3 / 2);
    });
  const direct = Array.from({ length: p >> 1 }, (_, i) =>
    cube(i + 1).reduce((sum, x, j) => sum + x * logits.data[j]!, 0),
  );
  assertClose('coefficients', coefficients, direct, { atol: 1e-11 });
  const fourth = cube(4).map((x) => direct[3]! * x);
  assertClose('cosine logits', spread(cosineLogits(p, coefficients, [4])).data, fourth, { atol: 1e-12 });
});

test('Parseval: logits that are an even function of a + b - c without a mean have all of their norm in the coefficients', () => {
  const f = Float64Array.from({ length: p }, (_, m) => Math.min(m, p - m) ** 2);
  const mean = f.reduce((sum, x) => sum + x, 0) / p;
  const byAnswer = createMatrix(
    p,
    p,
    Float64Array.from({ length: p * p }, (_, i) => f[(Math.floor(i / p) - (i % p) + p) % p]! - mean),
  );
  const logits = spread(byAnswer);
  const coefficients = logitCosineCoefficients(lineSums(logits, 'a + b'));
  const square = (values: Float64Array): number => values.reduce((sum, x) => sum + x * x, 0);
  assertClose('norm', [square(coefficients)], [square(logits.data)], { rtol: 1e-12 });
});

test('Gini: 0 of equal values, 1 - 1/n of a single one, and half the mean difference over the mean', () => {
  assertClose('ends', [gini(new Float64Array(8).fill(3)), gini(Float64Array.of(0, 5, 0, 0))], [0, 0.75], {
    atol: 1e-15,
  });
  const x = random(9, 1, 6).data.map(Math.abs);
  const differences = Array.from(x).flatMap((u) => Array.from(x, (v) => Math.abs(u - v)));
  const mean = x.reduce((u, v) => u + v) / 9;
  assertClose('pairs', [gini(x)], [differences.reduce((u, v) => u + v) / 81 / (2 * mean)], { rtol: 1e-12 });
});

test('distance irrelevance is 1 where the logit depends on a + b alone, 0 where on a - b alone', () => {
  const irrelevance = (f: (a: number, b: number) => number): number => distanceIrrelevance(gridOf(f).data, p);
  const values = [irrelevance((a, b) => ((a + b) % p) ** 2), irrelevance((a, b) => ((a - b + p) % p) ** 2)];
  assertClose('both', values, [1, 0], { atol: 1e-12 });
});

test('circularity is 1 of embeddings on circles, whatever the rotation and the mean', () => {
  const circles = createMatrix(p, 6);
  for (let t = 0; t < p; t++)
    circles.data.set(
      [
        1 + Math.cos(w(2) * t),
        Math.sin(w(2) * t),
        0.5 * Math.cos(w(5) * t + 1),
        0.5 * Math.sin(w(5) * t + 1),
        7,
        0,
      ],
      6 * t,
    );
  assertClose('circles', [circularity(circles)], [1], { atol: 1e-10 });
  const embedding = random(p, 6, 7);
  assert.ok(circularity(embedding) < 0.9);
  // The signs of all singular vectors on one side change with that of the matrix.
  const negated = createMatrix(
    p,
    6,
    embedding.data.map((x) => -x),
  );
  assertClose('negated', [circularity(negated)], [circularity(embedding)], { rtol: 1e-12 });
});
