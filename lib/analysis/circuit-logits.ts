// What the trigonometric part of the network does to the logits L: alone (restricted) and taken away (excluded).
// The part is [p, p] by the answer (s = a + b mod p): T L, or (T n) W_logit of the neurons n. Written out, the published
// definitions come to the same two sums (the mean over pairs of T f is zero, k >= 1):
//   restricted, logits   T L + mean(L - T L)                                  = mean(L) + T L          (Nanda et al. 2023)
//   restricted, neurons  (mean(n) + T n) W_logit, its mean then set to mean(L) = mean(L) + (T n) W_logit (TransformerLens)
//   excluded, logits     L - T L                                                                       (Nanda et al. 2023)
//   excluded, neurons    ((n - T n) W_out + resid_mid) W_U                     = L - (T n) W_logit       (TransformerLens)
// Without mean(L), as in one cell of the demo and in Chughtai et al., restricted losses differ by orders of magnitude.
import { createMatrix, type Matrix } from '../numerics/matrix.ts';

/** Logits of a pair: row a*p + b of `byPair` plus the row of its answer of `byAnswer`, both with p columns. */
export interface PairLogits {
  readonly byPair?: Matrix;
  readonly byAnswer?: Matrix;
}

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
