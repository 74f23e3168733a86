// Products of weights that act as one linear map, in float64, and what they look like in the Fourier basis.
// Source: TransformerLens' Grokking demo and the seed notebook.
import type { FourierBasis } from '../numerics/fourier-basis.ts';
import { firstColumns, multiply, toMatrix, transpose, type Matrix } from '../numerics/matrix.ts';
import type { ModelConfig, Weights } from './config.ts';

/**
 * W_neur = W_E W_V W_O W_in, one [p, d_mlp] for each head: from a number to the neurons, through the head's OV circuit. `rows`
 * limits it to the first numbers.
 */
export function neuronMap(config: ModelConfig, weights: Weights, rows = config.p): Matrix[] {
  const W_E = toMatrix(weights.W_E, { rows });
  const W_in = toMatrix(weights.W_in);
  return Array.from({ length: config.n_heads }, (_, index) => {
    const values = multiply(W_E, toMatrix(weights.W_V, { index }));
    return multiply(multiply(values, toMatrix(weights.W_O, { index })), W_in);
  });
}

/** W_logit = W_out W_U [d_mlp, p]: from the neurons to the logits, or to the first `columns` of them. */
export const logitMap = ({ W_out, W_U }: Weights, columns = W_U.shape[1]!): Matrix =>
  multiply(toMatrix(W_out), firstColumns(toMatrix(W_U), columns));

/** W_E [p, d_model] in the Fourier basis: F W_E [component, d_model]. */
export const embeddingInBasis = ({ F }: FourierBasis, W_E: Matrix): Matrix => multiply(F, W_E);

/** W_logit [d_mlp, p] with its output axis in the Fourier basis, transposed: F W_logit^T [component, neuron]. */
export const logitMapInBasis = ({ F }: FourierBasis, W_logit: Matrix): Matrix =>
  multiply(F, transpose(W_logit));
