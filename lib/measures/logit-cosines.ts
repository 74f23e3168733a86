// How far are the logits L[a, b, c] a sum of cos w_k (a + b - c)? With u_k that cosine over its norm, sqrt(n^3 / 2), or
// sqrt(n^3) for k = n/2, the u_k are orthonormal and alpha_k = <L, u_k> (TransformerLens' demo, Nanda et al. 2023 section
// 4.2). The demo multiplies n//2 x n^3 numbers; here the logits with equal m = a + b - c mod n are summed first, to S_m, and
// alpha_k is the sum over m of S_m cos w_k m, divided by the norm.
import { createDft } from '../numerics/dft.ts';
import { isNyquist } from '../numerics/fourier-basis.ts';
import { createMatrix, type Matrix } from '../numerics/matrix.ts';

/** The factor that makes the cosine of frequency k a unit vector. */
const unit = (n: number, k: number): number => Math.sqrt((isNyquist(n, k) ? 1 : 2) / n ** 3);

/**
 * alpha_k for k = 1 .. n//2, in entry k - 1, from the sums of the logits over the lines s = a + b: [n (s), columns (c)], of
 * which the columns c < n are used.
 */
export function logitCosineCoefficients({ rows: n, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(n);
  for (let s = 0; s < n; s++)
    for (let c = 0; c < n; c++) {
      const m = (s - c + n) % n;
      sums[m] = sums[m]! + data[s * columns + c]!;
    }
  const { re } = createDft(n)(sums);
  return re.slice(1, (n >> 1) + 1).map((x, i) => x * unit(n, i + 1));
}

/** Sum of alpha_k u_k over the key frequencies, for each answer s: [n (s), columns (c)], 0 in columns outside the group. */
export function cosineLogits(
  n: number,
  coefficients: Float64Array,
  key: readonly number[],
  columns = n,
): Matrix {
  const amplitude = key.map((k) => coefficients[k - 1]! * (isNyquist(n, k) ? Math.SQRT1_2 : 1));
  const byDifference = Float64Array.from({ length: n }, (_, m) =>
    key.reduce((sum, k, i) => sum + amplitude[i]! * Math.cos((2 * Math.PI * ((k * m) % n)) / n), 0),
  ).map((x) => x * Math.sqrt(2 / n ** 3));
  const logits = createMatrix(n, columns);
  for (let s = 0; s < n; s++)
    for (let c = 0; c < n; c++) logits.data[s * columns + c] = byDifference[(s - c + n) % n]!;
  return logits;
}
