// The directions cos and sin of w_k (a + b) on the grid, for key k, with which the trigonometric algorithm computes. T projects
// on them. T f, and everything built from T alone, depends on a + b only and is therefore kept as [n, columns] by a + b, never
// as [n*n, columns]. Only the rows of the key frequencies are ever multiplied.
// Sources: Nanda et al. 2023; ARENA's exercises (trig ratio).
//
// The trigonometric part P of the logits L is T L, or (T m) W_logit for that of the neurons m. Restricted losses keep only P,
// excluded losses take it out. Written out, the published definitions come to the same two sums, mean(L) + P and L - P, because
// the mean over pairs of T f is zero for k >= 1:
//   restricted, logits   T L + mean(L - T L)                                  = mean(L) + T L          (Nanda et al. 2023)
//   restricted, neurons  (mean(m) + T m) W_logit, its mean then set to mean(L) = mean(L) + (T m) W_logit (TransformerLens)
//   excluded, logits     L - T L                                                                       (Nanda et al. 2023)
//   excluded, neurons    ((m - T m) W_out + resid_mid) W_U                     = L - (T m) W_logit       (TransformerLens)
// Without mean(L), as in one cell of the demo, restricted losses differ by orders of magnitude. Chughtai et al. 2023 keep
// and take out cosines of w_k (a + b - c) instead: logit-cosines.ts.
import { frequencyRows } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, transpose, type Matrix } from '../numerics/matrix.ts';
import type { LineStatistics } from './line-sums.ts';

/**
 * T f by a + b, [n, columns], from the sums of f over the lines of a + b, [n, columns]. A unit vector of the grid is a row of F,
 * repeated along the lines and divided by sqrt n; so T f = F_key^T F_key sums / n.
 */
export const projectOnTrig = (sums: Matrix, key: readonly number[]): Matrix =>
  fromCoefficients(sums.rows, key, multiply(frequencyRows(sums.rows, key), sums));

/** (T m) W_out W_U, from the neurons' sums over the lines of a + b: [n, d_mlp] -> [n, columns of W_U]. */
export function trigPartThroughNeurons(
  neuronSums: Matrix,
  { W_out, W_U }: { readonly W_out: Matrix; readonly W_U: Matrix },
  key: readonly number[],
): Matrix {
  const coefficients = multiply(frequencyRows(neuronSums.rows, key), neuronSums);
  return fromCoefficients(neuronSums.rows, key, multiply(multiply(coefficients, W_out), W_U));
}

function fromCoefficients(n: number, key: readonly number[], coefficients: Matrix): Matrix {
  const T = multiply(transpose(frequencyRows(n, key)), coefficients);
  T.data.forEach((x, i) => (T.data[i] = x / n));
  return T;
}

/** mean(L) + part, from the sums of L over the lines of a + b. */
export function withMean({ rows: n, columns, data }: Matrix, part: Matrix): Matrix {
  const mean = new Float64Array(columns);
  data.forEach((x, i) => (mean[i % columns] = mean[i % columns]! + x / n ** 2));
  return createMatrix(
    n,
    columns,
    part.data.map((x, i) => mean[i % columns]! + x),
  );
}

/**
 * Mean over the first `columns` columns of a grid, by default all, of the share of variance that lies in the trigonometric
 * directions of the key frequencies. Columns that never vary have no share and are left out.
 */
export function trigRatio(
  { sums, energy }: LineStatistics,
  key: readonly number[],
  columns = energy.length,
): number {
  const coefficients = multiply(frequencyRows(sums.rows, key), sums);
  const inside = new Float64Array(energy.length);
  coefficients.data.forEach((x, i) => {
    const j = i % energy.length;
    inside[j] = inside[j]! + x ** 2 / sums.rows;
  });
  const shares = Array.from(energy.subarray(0, columns)).flatMap((total, j) =>
    total === 0 ? [] : [inside[j]! / total],
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
