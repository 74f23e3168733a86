// The formulas of lib/measures as the papers have them: sums over all pairs, with no shortcut. Functions on
// the pairs of a group are lists, entry i * n + j; unit vectors are normalised by their own length, so that what has no
// sine shows by itself.
import { exactLoss } from '../network/exact-loss.ts';
import type { Matrix } from '../../lib/numerics/matrix.ts';

export type Vector = readonly number[];

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const add = (values: Vector): number => values.reduce((sum, x) => sum + x, 0);
export const mean = (values: Vector): number => add(values) / values.length;
export const dot = (x: Vector, y: Vector): number => add(x.map((value, i) => value * y[i]!));
const deviation = (values: Vector): number => Math.sqrt(mean(values.map((x) => (x - mean(values)) ** 2)));

/** Of length 1; none where nothing but rounding is left. */
function unit(values: Vector): Vector[] {
  const length = Math.sqrt(dot(values, values));
  return length < 1e-9 ? [] : [values.map((x) => x / length)];
}

const wave = (n: number, k: number, of: (angle: number) => number, t: number): number =>
  of((2 * Math.PI * k * t) / n);

/** Rows of the Fourier basis of Z_n: constant, sine and cosine of each frequency, as far as they exist. */
export const basis = (n: number): Vector[] => [
  ...unit(range(n).map(() => 1)),
  ...range(n >> 1).flatMap((k) => waves(n, k + 1)),
];

/** Sine and cosine of frequency k on Z_n, each of length 1. */
export const waves = (n: number, k: number): Vector[] =>
  [Math.sin, Math.cos].flatMap((of) => unit(range(n).map((t) => wave(n, k, of, t))));

/** Functions of s(a, b) on the grid: cos and sin of w_k s, each of length 1. */
const gridWaves = (n: number, k: number, s: (a: number, b: number) => number): Vector[] =>
  [Math.sin, Math.cos].flatMap((of) =>
    unit(range(n * n).map((i) => wave(n, k, of, s(Math.floor(i / n), i % n)))),
  );

/** T f: the part of f in cos and sin of w_k (a + b), for key k. */
export function trigPart(n: number, f: Vector, key: Vector): Vector {
  const units = key.flatMap((k) => gridWaves(n, k, (a, b) => a + b));
  return f.map((_, i) => add(units.map((u) => dot(u, f) * u[i]!)));
}

/** The share of the variance of f in cos and sin of w_k (a + b); none where f never varies. */
export function trigShare(n: number, f: Vector, key: Vector): number[] {
  const centred = f.map((x) => x - mean(f));
  const total = dot(centred, centred);
  const part = trigPart(n, f, key);
  return total < 1e-24 ? [] : [dot(part, part) / total];
}

/** The share of the variance of f in products of {1, cos w_k a, sin w_k a} and {1, cos w_k b, sin w_k b}. */
export function neuronShare(n: number, f: Vector, k: number): number {
  const centred = f.map((x) => x - mean(f));
  const one = unit(range(n).map(() => 1));
  const own = [...one, ...waves(n, k)];
  const products = own.flatMap((u) =>
    own.map((v) => range(n * n).map((i) => u[Math.floor(i / n)]! * v[i % n]!)),
  );
  return add(products.slice(1).map((product) => dot(product, f) ** 2)) / dot(centred, centred);
}

/** cos w_k (a + b - c) on pairs and answers, entry (a * n + b) * n + c, of length 1. */
const cosineCube = (n: number, k: number): Vector =>
  unit(
    range(n ** 3).map((i) =>
      wave(n, k, Math.cos, Math.floor(i / n ** 2) + (Math.floor(i / n) % n) - (i % n)),
    ),
  )[0]!;

/** Coefficients of logits, one row per pair, on the unit cosines; columns from n on are ignored. */
export function cosineCoefficients(n: number, logits: readonly Vector[]): number[] {
  const flat = logits.flatMap((row) => row.slice(0, n));
  return range(n >> 1).map((k) => dot(cosineCube(n, k + 1), flat));
}

/** The sum of the key cosines with these coefficients, one row per pair. */
export function cosineLogits(n: number, coefficients: Vector, key: Vector): Vector[] {
  const cubes = key.map((k) => ({ alpha: coefficients[k - 1]!, cube: cosineCube(n, k) }));
  return range(n * n).map((i) =>
    range(n).map((c) => add(cubes.map(({ alpha, cube }) => alpha * cube[i * n + c]!))),
  );
}

export const meanLoss = (rows: readonly { readonly logits: Vector; readonly label: number }[]): number =>
  mean(rows.map(({ logits, label }) => exactLoss(logits, label)));

export const meanAccuracy = (rows: readonly { readonly logits: Vector; readonly label: number }[]): number =>
  mean(rows.map(({ logits, label }) => Number(logits.indexOf(Math.max(...logits)) === label)));

export function distanceIrrelevance(n: number, correct: Vector): number {
  const within = range(n).map((d) => deviation(range(n).map((b) => correct[((b + d) % n) * n + b]!)));
  return mean(within) / deviation(correct);
}

/** Columns of a matrix whose rows are functions on Z_n, each row of the basis with each column. */
export const normsInBasis = (n: number, columns: readonly Vector[]): number[] =>
  basis(n).map((row) => Math.sqrt(add(columns.map((column) => dot(row, column) ** 2))));

/** Half the mean difference over the mean. */
export function gini(x: Vector): number {
  const differences = x.flatMap((u) => x.map((v) => Math.abs(u - v)));
  return mean(differences) / (2 * mean(x));
}

export const columnsOf = ({ rows, columns, data }: Matrix): Vector[] =>
  range(columns).map((j) => range(rows).map((i) => data[i * columns + j]!));
