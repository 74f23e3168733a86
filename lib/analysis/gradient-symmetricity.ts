// Do both summands push a logit the same way? Source: Zhong et al. 2023, "The Clock and the Pizza": near 1 for a pizza.
// The gradient of logit c at `=` by the residual row x_t of position t = 0, 1, with g = d logit_c / d resid_mid and
// head h's attention A_t, values o_t = x_t W_V W_O and score direction w (score_t = x_t . w):
//   sum over h of A_t W_V W_O g + A_t ((o_t - sum over u of A_u o_u) . g) w.
import { N_CTX, type ModelConfig, type Weights } from '../model/config.ts';
import { residualRows, scoreDirections, type Network } from './network.ts';
import { columnOf, createMatrix, multiply, toMatrix, type Matrix } from './matrix.ts';

export type Triple = readonly [a: number, b: number, c: number];

/** A hundred triples (a, b, c) spread over Z_p, always the same ones. */
export const spreadTriples = (p: number): Triple[] =>
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

/** The gradients [d_model] of one logit by the embeddings at positions 0 and 1. */
export function embeddingGradients(
  { config, pattern, pre }: Network,
  weights: Weights,
): (triple: Triple) => [Float64Array, Float64Array] {
  const { p, n_heads, d_mlp, d_model } = config;
  const resid = residualRows(config, weights);
  const directions = scoreDirections(config, weights, resid[2]!);
  const maps = headMaps(config, weights);
  const [W_in, W_out, W_U] = [weights.W_in, weights.W_out, weights.W_U].map((tensor) => toMatrix(tensor));

  return ([a, b, c]) => {
    const pair = a * p + b;
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
      const effects = resid.map((rows, t) => dot(rowOf(rows, [a, b, 0][t]!), back));
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
