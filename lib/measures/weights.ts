// The sum of squares of every weight: what weight decay works on (the paper says norm, its code sums squares).
import { numberEmbedding } from '../network/composites.ts';
import { type ModelConfig, WEIGHT_NAMES, type Weights } from '../network/config.ts';
import { toStateDict } from '../network/saved-model.ts';
import { singularValuesOfGram } from '../numerics/eigenvalues.ts';
import {
  energyShare,
  type FourierBasis,
  frequencyPower,
  normsByFrequency,
} from '../numerics/fourier-basis.ts';
import { gini } from '../numerics/gini.ts';
import { gram, type Matrix, multiply, toMatrix, transpose } from '../numerics/matrix.ts';
import { effectiveRank } from '../numerics/svd.ts';
import type { Measures } from './measure.ts';

/** By TransformerLens' names, every entry of every weight (the row of `=` too). */
export function sumSquaredWeights(config: ModelConfig, weights: Weights): Record<string, number> {
  return Object.fromEntries(
    Object.entries(toStateDict(config, weights))
      .filter(([name]) => name.includes('W_'))
      .map(([name, { data }]) => [name, data.reduce((sum, x) => sum + x * x, 0)]),
  );
}

// What a checkpoint's weights alone tell: spectra, singular values and their sparsity, of the embedding W_E and of the
// logit map W_L = W_out W_U. All of it follows from the p x p Gram matrices W_E W_E^T and W_L^T W_L, so nothing larger is
// decomposed.

/** `key`: null where the network has no key frequencies. */
export function measureWeights(
  config: ModelConfig,
  weights: Weights,
  { F }: FourierBasis,
  key: readonly number[] | null,
): Measures {
  const { p, d_model, d_mlp } = config;
  const W_E = numberEmbedding(config, weights);
  const [W_out, W_U] = [toMatrix(weights.W_out), toMatrix(weights.W_U)];
  const maps = [
    { name: 'W_E', product: gram(W_E), rank: Math.min(p, d_model) },
    {
      name: 'W_L',
      product: multiply(transpose(W_U), multiply(gram(transpose(W_out)), W_U)),
      rank: Math.min(p, d_model, d_mlp),
    },
  ];
  const squares = Float64Array.from(WEIGHT_NAMES, (name) => sumSquares(weights[name].data));
  const scalars: Record<string, number> = { sum_squared_weights: squares.reduce((sum, x) => sum + x, 0) };
  const lists: Record<string, Float64Array> = { sum_squared_weights_by_weight: squares };
  for (const { name, product, rank } of maps) {
    const norms = normsByFrequency(rootDiagonal(F, product));
    const S = singularValuesOfGram(product, rank);
    scalars[`gini_power_per_frequency_${name}`] = gini(frequencyPower(norms));
    scalars[`gini_component_norms_${name}`] = gini(norms.all);
    scalars[`effective_rank_${name}`] = effectiveRank(S);
    if (key) scalars[`energy_in_key_frequencies_${name}`] = energyShare(norms, key);
    lists[`fourier_norms_${name}`] = norms.all;
    lists[`singular_values_${name}`] = S;
  }
  return { scalars, lists };
}

/** Square roots of the diagonal of F G F^T: with G = W W^T, the norms of the rows of F W. */
function rootDiagonal(F: Matrix, G: Matrix): Float64Array {
  const half = multiply(F, G);
  return Float64Array.from({ length: F.rows }, (_, i) => {
    let sum = 0;
    for (let j = i * F.columns; j < (i + 1) * F.columns; j++) sum += half.data[j]! * F.data[j]!;
    return Math.sqrt(Math.max(0, sum));
  });
}

function sumSquares(data: Float32Array): number {
  let sum = 0;
  for (const x of data) sum += x * x;
  return sum;
}
