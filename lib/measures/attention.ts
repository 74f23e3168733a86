// Where `=` looks, and by which frequencies. Source: Nanda et al. 2023, section 4 and appendix C.1.
import { numberEmbedding } from '../network/composites.ts';
import { N_CTX, type ModelConfig, type Weights } from '../network/config.ts';
import { residualRows, scoreDirections } from '../network/forward.ts';
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, type Matrix } from '../numerics/matrix.ts';

/** Attention from `=` to a, a column a head: [p*p, n_heads]. */
export function attentionToA({ rows, columns, data }: Matrix): Matrix {
  const n_heads = columns / N_CTX;
  return createMatrix(
    rows,
    n_heads,
    Float64Array.from({ length: rows * n_heads }, (_, i) => data[i * N_CTX]!),
  );
}

/**
 * What a number contributes to the score that `=` gives it, in the Fourier basis: F W_E W_K q_h / sqrt(d_head), [p, n_heads].
 * The position's share of the score is the same for all numbers and left out.
 */
export function attentionCoefficients(config: ModelConfig, weights: Weights): Matrix {
  const directions = scoreDirections(config, weights, residualRows(config, weights)[2]!);
  const heads = directions.length;
  const sideBySide = createMatrix(config.d_model, heads);
  directions.forEach(({ data }, h) => data.forEach((x, i) => (sideBySide.data[i * heads + h] = x)));
  return multiply(makeFourierBasis(config.p).F, multiply(numberEmbedding(config, weights), sideBySide));
}
