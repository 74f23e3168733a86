// Do both summands push a logit the same way? Source: Zhong et al. 2023, "The Clock and the Pizza": near 1 for a pizza.
import type { Weights } from '../network/config.ts';
import type { Network } from '../network/forward.ts';
import { embeddingGradients, type Triple } from '../network/gradient.ts';

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
