// The frequencies in the attention scores of `=`. Source: Nanda et al. 2023, section 4 and appendix C.1.
import type { ModelConfig, Weights } from '../network/config.ts';
import { residualRows, scoreDirections } from '../network/forward.ts';
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, toMatrix, type Matrix } from '../numerics/matrix.ts';

/**
 * What the embedding of a number contributes to the score that `=` gives it, in the Fourier basis:
 * F W_E W_K q_h / sqrt(d_head), [n, n_heads]. What the position contributes is the same for all numbers and left out. The
 * network must be renumbered to a group of order n.
 */
export function attentionCoefficients(config: ModelConfig, weights: Weights, n: number): Matrix {
  const directions = scoreDirections(config, weights, residualRows(config, weights)[2]!);
  const heads = directions.length;
  const sideBySide = createMatrix(config.d_model, heads);
  directions.forEach(({ data }, h) => data.forEach((x, i) => (sideBySide.data[i * heads + h] = x)));
  return multiply(makeFourierBasis(n).F, multiply(toMatrix(weights.W_E, { rows: n }), sideBySide));
}
