// What the trigonometric part of the network does to the logits L: alone (restricted) and taken away (excluded).
// The part is [p, p] by the answer (s = a + b mod p): T L, or (T n) W_logit of the neurons n. Written out, the published
// definitions come to the same two sums (the mean over pairs of T f is zero, k >= 1):
//   restricted, logits   T L + mean(L - T L)                                  = mean(L) + T L          (Nanda et al. 2023)
//   restricted, neurons  (mean(n) + T n) W_logit, its mean then set to mean(L) = mean(L) + (T n) W_logit (TransformerLens)
//   excluded, logits     L - T L                                                                       (Nanda et al. 2023)
//   excluded, neurons    ((n - T n) W_out + resid_mid) W_U                     = L - (T n) W_logit       (TransformerLens)
// Without mean(L), as in one cell of the demo and in Chughtai et al., restricted losses differ by orders of magnitude.
import { frequencyRows } from '../numerics/fourier-basis.ts';
import { createMatrix, type Matrix, multiply, transpose } from '../numerics/matrix.ts';
import type { LineStatistics } from './line-sums.ts';
import type { PairLogits } from './losses.ts';

/** mean(L) + part; `logitSums` [p, p] are the sums of L over the lines of the answer. */
export function restrictedLogits({ rows: p, columns, data }: Matrix, part: Matrix): PairLogits {
  const mean = new Float64Array(columns);
  data.forEach((x, i) => (mean[i % columns] = mean[i % columns]! + x / p ** 2));
  return {
    byAnswer: createMatrix(
      p,
      columns,
      part.data.map((x, i) => mean[i % columns]! + x),
    ),
  };
}

/** L - part. */
export const excludedLogits = (logits: Matrix, part: Matrix): PairLogits => ({
  byPair: logits,
  byAnswer: createMatrix(
    part.rows,
    part.columns,
    part.data.map((x) => -x),
  ),
});

// The directions cos and sin of w_k l on the grid, k key, l the answer's line (a + b): what the trigonometric algorithm
// computes with. T projects on them. T f depends on l only, and so does everything built from T alone: it is kept as
// [p, n] by l, never as [p*p, n]. Only the rows of the key frequencies are ever multiplied.
// Source: Nanda et al. 2023; ARENA's exercises (trig ratio).

/**
 * T f by l, [p, n], of the sums of f over the answer's lines [p, n]. A unit vector of the grid is a row of F, constant
 * along each line, over sqrt p; so T f = F_key^T F_key sums / p.
 */
export const projectOnTrig = (sums: Matrix, key: readonly number[]): Matrix =>
  fromCoefficients(sums.rows, key, multiply(frequencyRows(sums.rows, key), sums));

/** (T n) W_out W_U, of the neurons' sums over the answer's lines [p, d_mlp]: [p, p]. */
export function trigPartThroughNeurons(
  neuronSums: Matrix,
  { W_out, W_U }: { readonly W_out: Matrix; readonly W_U: Matrix },
  key: readonly number[],
): Matrix {
  const coefficients = multiply(frequencyRows(neuronSums.rows, key), neuronSums);
  return fromCoefficients(neuronSums.rows, key, multiply(multiply(coefficients, W_out), W_U));
}

function fromCoefficients(p: number, key: readonly number[], coefficients: Matrix): Matrix {
  const T = multiply(transpose(frequencyRows(p, key)), coefficients);
  T.data.forEach((x, i) => (T.data[i] = x / p));
  return T;
}

/**
 * Mean over the columns of a grid of the share of variance that lies in the trig directions of the key frequencies;
 * columns that never vary have no share and are left out.
 */
export function trigRatio({ sums, energy }: LineStatistics, key: readonly number[]): number {
  const coefficients = multiply(frequencyRows(sums.rows, key), sums);
  const inside = new Float64Array(energy.length);
  coefficients.data.forEach((x, i) => {
    const j = i % energy.length;
    inside[j] = inside[j]! + x ** 2 / sums.rows;
  });
  const shares = Array.from(energy).flatMap((total, j) => (total === 0 ? [] : [inside[j]! / total]));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
