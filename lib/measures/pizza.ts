// Measures that tell a clock from a pizza, as in the code of Zhong et al. 2023, "The Clock and the Pizza".
import type { Weights } from '../network/config.ts';
import type { Network } from '../network/forward.ts';
import { embeddingGradients } from '../network/gradient.ts';
import { createDft, magnitudes } from '../numerics/dft.ts';
import { amplitudeScale, isNyquist } from '../numerics/fourier-basis.ts';
import { columnMeans, columnOf, createMatrix, type Matrix } from '../numerics/matrix.ts';
import { computeSvd } from '../numerics/svd.ts';

/**
 * Do both operands push a logit the same way? Mean of cos(d logit_c / d embedding at position 0, d logit_c / d embedding at
 * position 1) over a hundred fixed triples (a, b, c) spread over Z_n: near 1 for a pizza. The network must have been run on
 * the pairs of a group, row i * n + j.
 */
export function gradientSymmetricity(network: Network, weights: Weights, n: number): number {
  const gradients = embeddingGradients(network, weights);
  const cosines = Array.from({ length: 100 }, (_, i) => {
    const [a, b, c] = [(7 * i) % n, (11 * i + 3) % n, (13 * i + 5) % n];
    const [x, y] = gradients(a * n + b, c);
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  });
  return cosines.reduce((sum, x) => sum + x, 0) / cosines.length;
}

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);

/**
 * From the correct logits [n*n]: their standard deviation over the n pairs with the same distance a - b, averaged over the
 * distances and divided by their standard deviation over all pairs. Near 0 if the correct logit depends on the distance only
 * (pizza), near 1 if it does not depend on it (clock).
 */
export function distanceIrrelevance(correct: Float64Array, n: number): number {
  let within = 0;
  for (let distance = 0; distance < n; distance++)
    within += deviation(Float64Array.from({ length: n }, (_, b) => correct[((distance + b) % n) * n + b]!));
  return within / n / deviation(correct);
}

/**
 * Mean over the first four principal components of the embeddings W_E [n, d_model] of
 * min(1, max over k < n/2 of 2 abs(FFT_k)^2 / n): 1 if each is one pure sinusoid. A cosine alone is no circle, so k = n/2 is
 * left out; NaN for n = 2, which has no other frequency.
 */
export function circularity(W_E: Matrix): number {
  const n = W_E.rows;
  const means = columnMeans(W_E);
  const centred = createMatrix(
    n,
    W_E.columns,
    W_E.data.map((x, i) => x - means[i % W_E.columns]!),
  );
  const { U } = computeSvd(centred);
  const dft = createDft(n);
  // Centred rows have at most n - 1 components.
  const components = Array.from({ length: Math.min(4, n - 1, U.columns) }, (_, i) => {
    const shares = Array.from(magnitudes(dft(columnOf(U, i))), (x, k) =>
      k === 0 || isNyquist(n, k) ? NaN : amplitudeScale(n, k) * x ** 2,
    ).filter((share) => !Number.isNaN(share));
    return shares.length === 0 ? NaN : Math.min(1, Math.max(...shares));
  });
  return components.reduce((sum, x) => sum + x, 0) / components.length;
}

/** Standard deviation of a whole population, not of a sample. */
function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}
