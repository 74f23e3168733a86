// Biases of the MLP and of the unembedding, b_in, b_out and b_U, carried by weights: the residual stream gets one direction
// more, which is 1 at every position and which no head reads or writes. W_in reads b_in from it and W_U reads
// b_out W_U + b_U, what both add to the logits of every pair. Attention, neurons and logits are those of the network with
// biases, exactly but for the rounding of b_out W_U + b_U to float32; the stream after the MLP lacks b_out. So whatever runs
// a network without biases runs these.
import { createTensor, sizeOf, type Tensor } from '../files/tensor.ts';
import type { ModelConfig, Weights } from './config.ts';

export interface Biases {
  /** [d_mlp] */
  readonly b_in: Float32Array;
  /** [d_model] */
  readonly b_out: Float32Array;
  /** [p] */
  readonly b_U: Float32Array;
}

/** Under these names in every layout. */
export const CARRIED: readonly string[] = ['blocks.0.mlp.b_in', 'blocks.0.mlp.b_out', 'unembed.b_U'];

/** The biases of a network of these sizes; `read` gives what stands under a name. */
export async function readBiases(
  { p, d_model, d_mlp }: ModelConfig,
  read: (key: string, size: number) => Promise<Float32Array>,
): Promise<Biases> {
  const [b_in, b_out, b_U] = CARRIED as [string, string, string];
  return { b_in: await read(b_in, d_mlp), b_out: await read(b_out, d_model), b_U: await read(b_U, p) };
}

export const isZero = ({ b_in, b_out, b_U }: Biases): boolean =>
  [b_in, b_out, b_U].every((bias) => bias.every((x) => x === 0));

export const carryingConfig = (config: ModelConfig): ModelConfig => ({
  ...config,
  d_model: config.d_model + 1,
});

/** The network of these sizes and `carryingConfig` that computes what this one does with its biases. */
export function carryBiases({ p, d_model }: ModelConfig, weights: Weights, biases: Biases): Weights {
  const { W_E, W_pos, W_Q, W_O, W_K, W_V, W_in, W_out, W_U } = weights;
  const constant = Float32Array.from({ length: p }, (_, c) => {
    let sum = biases.b_U[c]!;
    for (let i = 0; i < d_model; i++) sum += biases.b_out[i]! * W_U.data[i * p + c]!;
    return sum;
  });
  return {
    W_E: extend(W_E, 1, [0]),
    W_pos: extend(W_pos, 1, [1]),
    W_Q: extend(W_Q, 1, new Float32Array(W_Q.shape[2]!)),
    W_O: extend(W_O, 2, [0]),
    W_K: extend(W_K, 1, new Float32Array(W_K.shape[2]!)),
    W_V: extend(W_V, 1, new Float32Array(W_V.shape[2]!)),
    W_in: extend(W_in, 0, biases.b_in),
    W_out: extend(W_out, 1, [0]),
    W_U: extend(W_U, 0, constant),
  };
}

/** A tensor with one index more along an axis, whose values are `last`, the same for every index of the axes before it. */
function extend({ shape, data }: Tensor, axis: number, last: ArrayLike<number>): Tensor {
  const longer = shape.map((size, i) => (i === axis ? size + 1 : size));
  const block = sizeOf(shape.slice(axis));
  const extended = createTensor(longer);
  for (let i = 0; i * block < data.length; i++) {
    extended.data.set(data.subarray(i * block, (i + 1) * block), i * (block + last.length));
    extended.data.set(last, i * (block + last.length) + block);
  }
  return extended;
}
