// Measures of the weights alone: spectra, singular values and their sparsity, for the embedding W_E and the logit map
// W_logit = W_out W_U. Of a network renumbered to a group of order n, only the first n rows and columns count. Everything follows
// from the n x n Gram matrices W_E W_E^T and W_logit^T W_logit, so nothing larger is decomposed. Sums of squares are over whole
// matrices, as in weight decay (the paper says norm, its code sums squares).
import { type ModelConfig, WEIGHT_NAMES, type Weights } from '../network/config.ts';
import { toStateDict } from '../network/saved-model.ts';
import { singularValuesOfGram } from '../numerics/eigenvalues.ts';
import {
  energyShare,
  frequencyPower,
  makeFourierBasis,
  normsByFrequency,
} from '../numerics/fourier-basis.ts';
import { gini } from '../numerics/gini.ts';
import { firstColumns, gram, multiply, toMatrix, transpose, type Matrix } from '../numerics/matrix.ts';
import { effectiveRank } from '../numerics/svd.ts';
import type { GroupView } from './group-view.ts';
import type { Values } from './columns.ts';

/** Sums of squares over all entries of each weight (the row of `=` too), under TransformerLens' names. */
export function sumSquaredWeights(config: ModelConfig, weights: Weights): Record<string, number> {
  return Object.fromEntries(
    Object.entries(toStateDict(config, weights))
      .filter(([name]) => name.includes('W_'))
      .map(([name, { data }]) => [name, data.reduce((sum, x) => sum + x * x, 0)]),
  );
}

/** `key` is null if the network has no key frequencies. */
export function measureWeights(
  { n }: Pick<GroupView, 'n'>,
  { d_model, d_mlp }: ModelConfig,
  weights: Weights,
  key: readonly number[] | null,
): Values {
  const W_E = toMatrix(weights.W_E, { rows: n });
  const [W_out, W_U] = [toMatrix(weights.W_out), firstColumns(toMatrix(weights.W_U), n)];
  const maps = [
    { name: 'W_E', product: gram(W_E), rank: Math.min(n, d_model) },
    {
      name: 'W_logit',
      product: multiply(transpose(W_U), multiply(gram(transpose(W_out)), W_U)),
      rank: Math.min(n, d_model, d_mlp),
    },
  ];
  const squares = Float64Array.from(WEIGHT_NAMES, (name) => sumSquares(weights[name].data));
  const values: Record<string, number | Float64Array> = {
    sum_squared_weights: squares.reduce((sum, x) => sum + x, 0),
    sum_squared_weights_by_weight: squares,
  };
  const { F } = makeFourierBasis(n);
  for (const { name, product, rank } of maps) {
    const norms = normsByFrequency(rootDiagonal(F, product));
    const S = singularValuesOfGram(product, rank);
    values[`gini_power_per_frequency_${name}`] = gini(frequencyPower(norms));
    values[`gini_component_norms_${name}`] = gini(norms.all);
    values[`effective_rank_${name}`] = effectiveRank(S);
    if (key) values[`energy_in_key_frequencies_${name}`] = energyShare(norms, key);
    values[`fourier_norms_${name}`] = norms.all;
    values[`singular_values_${name}`] = S;
  }
  return values;
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
