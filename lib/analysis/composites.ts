// Products of weights that act as one linear map, in float64.
// Source: TransformerLens' Grokking demo and the seed notebook.
import type { ModelConfig, Weights } from '../model/config.ts';
import { multiply, toMatrix, type Matrix } from './matrix.ts';

/** W_E [p, d_model]: the embeddings of the numbers, without the row of `=`. */
export const numberEmbedding = ({ p }: ModelConfig, { W_E }: Weights): Matrix => toMatrix(W_E, { rows: p });

/** W_neur = W_E W_V W_O W_in, one [p, d_mlp] a head: from a number to the neurons, through the head's OV circuit. */
export function neuronMap(config: ModelConfig, weights: Weights): Matrix[] {
  const W_E = numberEmbedding(config, weights);
  const W_in = toMatrix(weights.W_in);
  return Array.from({ length: config.n_heads }, (_, index) => {
    const values = multiply(W_E, toMatrix(weights.W_V, { index }));
    return multiply(multiply(values, toMatrix(weights.W_O, { index })), W_in);
  });
}

/** W_logit = W_out W_U [d_mlp, p]: from the neurons to the logits. */
export const logitMap = ({ W_out, W_U }: Weights): Matrix => multiply(toMatrix(W_out), toMatrix(W_U));
