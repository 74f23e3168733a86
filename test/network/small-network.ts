// A network with random weights, small enough to be computed plainly, and what the reference forward makes of it.
import { flattenWeights, WEIGHT_NAMES, type Weights } from '../../lib/network/config.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { initialWeights } from '../../lib/network/initial.ts';

export const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };

const initial = initialWeights(config, 3);
/** Larger than initial ones, so that attention is far from even. */
export const weights = Object.fromEntries(
  WEIGHT_NAMES.map((name) => [name, { ...initial[name], data: initial[name].data.map((x) => 2 * x) }]),
) as unknown as Weights;

export const network = runNetwork(config, weights);

/** In float64, as plainForward takes them. */
export const flatten = (from: Weights): Float64Array => Float64Array.from(flattenWeights(config, from));
