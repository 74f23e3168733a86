// Gradients of logits with respect to the embeddings of the summands, in float64, from a finished forward pass.
// The gradient of logit c at `=` with respect to the residual row x_t of position t = 0, 1, where g = d logit_c / d resid_mid
// and head h has attention A_t, values o_t = x_t W_V W_O and score direction w (score_t = x_t . w), is
//   sum over h of A_t W_V W_O g + A_t ((o_t - sum over u of A_u o_u) . g) w.
import { columnOf, createMatrix, multiply, toMatrix, type Matrix } from '../numerics/matrix.ts';
import { N_CTX, type ModelConfig, type Weights } from './config.ts';
import { residualRows, scoreDirections, type Network } from './forward.ts';

/**
 * Returns a function of a pair (its row) and a class c: the gradients [d_model] of logit c with respect to the embeddings at
 * positions 0 and 1.
 */
export function embeddingGradients(
  { config, pairs, pattern, pre }: Network,
  weights: Weights,
): (pair: number, c: number) => [Float64Array, Float64Array] {
  const { n_heads, d_mlp, d_model } = config;
  const resid = residualRows(config, weights);
  const directions = scoreDirections(config, weights, resid[2]!);
  const maps = headMaps(config, weights);
  const [W_in, W_out, W_U] = [weights.W_in, weights.W_out, weights.W_U].map((tensor) => toMatrix(tensor));

  return (pair, c) => {
    const tokens = [pairs.a[pair]!, pairs.b[pair]!, 0];
    const unembed = createMatrix(d_model, 1, columnOf(W_U!, c));
    const atNeurons = multiply(W_out!, unembed);
    atNeurons.data.forEach((_, j) => {
      if (pre.data[pair * d_mlp + j]! <= 0) atNeurons.data[j] = 0;
    });
    const g = multiply(W_in!, atNeurons);
    g.data.forEach((x, i) => (g.data[i] = x + unembed.data[i]!));

    const sums: [Float64Array, Float64Array] = [new Float64Array(d_model), new Float64Array(d_model)];
    for (let h = 0; h < n_heads; h++) {
      const back = multiply(maps[h]!, g).data;
      const attention = pattern.data.subarray((pair * n_heads + h) * N_CTX, (pair * n_heads + h + 1) * N_CTX);
      const effects = resid.map((rows, t) => dot(rowOf(rows, tokens[t]!), back));
      const mean = effects.reduce((sum, x, t) => sum + attention[t]! * x, 0);
      sums.forEach((sum, t) => {
        const onScore = attention[t]! * (effects[t]! - mean);
        for (let i = 0; i < d_model; i++)
          sum[i] = sum[i]! + attention[t]! * back[i]! + onScore * directions[h]!.data[i]!;
      });
    }
    return sums;
  };
}

/** W_V W_O of each head, [d_model, d_model]. */
const headMaps = ({ n_heads }: ModelConfig, { W_V, W_O }: Weights): Matrix[] =>
  Array.from({ length: n_heads }, (_, index) => multiply(toMatrix(W_V, { index }), toMatrix(W_O, { index })));

const rowOf = ({ columns, data }: Matrix, i: number): Float64Array =>
  data.subarray(i * columns, (i + 1) * columns);

const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
