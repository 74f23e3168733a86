// Biases of the MLP and of the unembedding, b_in, b_out and b_U, which models that were trained elsewhere may have. Files and
// activations have them as in TransformerLens. Everything else runs a network without biases whose weights carry them: its
// residual stream has one more direction, which is 1 at every position and which no head reads or writes. From it W_in reads
// b_in, and W_U reads b_out W_U + b_U, which is what both add to the logits of every pair. Attention, neurons and logits are
// those of the network with biases, except that b_out W_U + b_U is rounded to float32.
import { createTensor, sizeOf, type Tensor } from '../files/tensor.ts';
import type { ModelConfig, Weights } from './config.ts';

/** Their keys, the same in every layout. */
export const BIAS_KEYS = {
  b_in: 'blocks.0.mlp.b_in',
  b_out: 'blocks.0.mlp.b_out',
  b_U: 'unembed.b_U',
} as const;
export type BiasName = keyof typeof BIAS_KEYS;
export const BIAS_NAMES = Object.keys(BIAS_KEYS) as BiasName[];
export type Biases = Readonly<Record<BiasName, Tensor>>;

/** A network as it is stored in files. */
export interface Model {
  readonly config: ModelConfig;
  readonly weights: Weights;
  /** Null if all are zero. */
  readonly biases: Biases | null;
}

export const biasShapes = ({ p, d_model, d_mlp }: ModelConfig): Record<BiasName, number[]> => ({
  b_in: [d_mlp],
  b_out: [d_model],
  b_U: [p],
});

/** Names of the dimensions of each bias, for Arrow's `dim_names`. */
export const BIAS_DIMS: Record<BiasName, string[]> = {
  b_in: ['d_mlp'],
  b_out: ['d_model'],
  b_U: ['d_vocab_out'],
};

export const noBiases = (config: ModelConfig): Biases => {
  const { b_in, b_out, b_U } = biasShapes(config);
  return { b_in: createTensor(b_in), b_out: createTensor(b_out), b_U: createTensor(b_U) };
};

export const isZero = (biases: Biases): boolean =>
  BIAS_NAMES.every((name) => biases[name].data.every((x) => x === 0));

export const carryingConfig = (config: ModelConfig): ModelConfig => ({
  ...config,
  d_model: config.d_model + 1,
});

/** A network without biases that computes the same; the network itself if it has none. */
export function carryBiases({ config, weights, biases }: Model): Pick<Model, 'config' | 'weights'> {
  if (!biases) return { config, weights };
  const { p, d_model } = config;
  const { W_E, W_pos, W_Q, W_O, W_K, W_V, W_in, W_out, W_U } = weights;
  const constant = Float32Array.from({ length: p }, (_, c) => {
    let sum = biases.b_U.data[c]!;
    for (let i = 0; i < d_model; i++) sum += biases.b_out.data[i]! * W_U.data[i * p + c]!;
    return sum;
  });
  const carrying = {
    W_E: extend(W_E, 1, [0]),
    W_pos: extend(W_pos, 1, [1]),
    W_Q: extend(W_Q, 1, new Float32Array(W_Q.shape[2]!)),
    W_O: extend(W_O, 2, [0]),
    W_K: extend(W_K, 1, new Float32Array(W_K.shape[2]!)),
    W_V: extend(W_V, 1, new Float32Array(W_V.shape[2]!)),
    W_in: extend(W_in, 0, biases.b_in.data),
    W_out: extend(W_out, 1, [0]),
    W_U: extend(W_U, 0, constant),
  };
  return { config: carryingConfig(config), weights: carrying };
}

/** Adds one index at the end of an axis, with the values `last`, which are the same for every index of the axes before it. */
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
