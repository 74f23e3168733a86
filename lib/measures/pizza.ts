// Do both summands push a logit the same way? Source: Zhong et al. 2023, "The Clock and the Pizza": near 1 for a pizza.
import type { Weights } from '../network/config.ts';
import type { Network } from '../network/forward.ts';
import { embeddingGradients, type Triple } from '../network/gradient.ts';
import { createDft, magnitudes } from '../numerics/dft.ts';
import { columnMeans, columnOf, createMatrix, type Matrix } from '../numerics/matrix.ts';
import { computeSvd } from '../numerics/svd.ts';
import { type Line, LINES } from './line-sums.ts';

/** A hundred triples (a, b, c) spread over Z_p, always the same ones. */
const spreadTriples = (p: number): Triple[] =>
  Array.from({ length: 100 }, (_, i) => [(7 * i) % p, (11 * i + 3) % p, (13 * i + 5) % p] as const);

/** Mean over the triples of cos(d logit_c / d embedding at position 0, d logit_c / d embedding at position 1). */
export function gradientSymmetricity(
  network: Network,
  weights: Weights,
  triples: readonly Triple[] = spreadTriples(network.config.p),
): number {
  const gradients = embeddingGradients(network, weights);
  const cosines = triples.map((triple) => {
    const [x, y] = gradients(triple);
    return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
  });
  return cosines.reduce((sum, x) => sum + x, 0) / cosines.length;
}

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);

// Measures that tell a clock from a pizza. Source: Zhong et al. 2023, "The Clock and the Pizza", as their code has them.

/**
 * With G the correct logits by s = (a + b) mod p and d = (a - b) mod p: mean over d of the standard deviation over s, over
 * that of all G. Near 0 where the correct logit depends on the distance d only (pizza), near 1 where it does not (clock).
 * `correct` [p*p]: the label's logit of each pair. Where the answer is a - b, s and d change places.
 */
export function distanceIrrelevance(correct: Float64Array, p: number, answer: Line = 'a + b'): number {
  const distance = LINES[answer === 'a + b' ? 'a - b' : 'a + b'];
  const byDistance = Array.from({ length: p }, () => new Float64Array(p));
  correct.forEach((x, i) => {
    const [a, b] = [Math.floor(i / p), i % p];
    byDistance[distance(a, b, p)]![LINES[answer](a, b, p)] = x;
  });
  const within = byDistance.reduce((sum, values) => sum + deviation(values), 0) / p;
  return within / deviation(correct);
}

/**
 * Mean over the first four principal components of the number embeddings W_E [p, d_model] of
 * min(1, max over k >= 1 of 2 abs(FFT_k)^2 / p): 1 where each is one pure sinusoid.
 */
export function circularity(W_E: Matrix): number {
  const means = columnMeans(W_E);
  const centred = createMatrix(
    W_E.rows,
    W_E.columns,
    W_E.data.map((x, i) => x - means[i % W_E.columns]!),
  );
  const { U } = computeSvd(centred);
  const dft = createDft(W_E.rows);
  const components = Array.from({ length: Math.min(4, U.columns) }, (_, i) => {
    const largest = Math.max(...magnitudes(dft(columnOf(U, i))).subarray(1));
    return Math.min(1, (2 * largest ** 2) / W_E.rows);
  });
  return components.reduce((sum, x) => sum + x, 0) / components.length;
}

/** Standard deviation of a whole population, not of a sample. */
function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}
