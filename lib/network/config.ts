// Sizes, names and shapes of the one-layer transformer, as TransformerLens has them.
//
// The letters used everywhere: p modulus; a, b summands; c answer; rows of the grid are a-major, row = a*p + b.
// Tokens are [a, b, =] and `=` is token p, so d_vocab = p + 1 and n_ctx = 3; logits are over the p classes only.
// Matrices multiply from the right, y = x W. No LayerNorm, ReLU; biases are in biases.ts, training has none.
import { createTensor, sizeOf, type Tensor } from '../files/tensor.ts';

export interface ModelConfig {
  readonly p: number;
  readonly d_model: number;
  readonly n_heads: number;
  readonly d_head: number;
  readonly d_mlp: number;
}

/** Positions of a prompt: a, b, =. */
export const N_CTX = 3;

/** In the order in which TransformerLens >= 1.13 draws them (`named_parameters()`). */
export const WEIGHT_NAMES = ['W_E', 'W_pos', 'W_Q', 'W_O', 'W_K', 'W_V', 'W_in', 'W_out', 'W_U'] as const;
export type WeightName = (typeof WEIGHT_NAMES)[number];
export type Weights = Readonly<Record<WeightName, Tensor>>;

export function weightShapes(config: ModelConfig): Record<WeightName, number[]> {
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  return {
    W_E: [p + 1, d_model],
    W_pos: [N_CTX, d_model],
    W_Q: [n_heads, d_model, d_head],
    W_O: [n_heads, d_head, d_model],
    W_K: [n_heads, d_model, d_head],
    W_V: [n_heads, d_model, d_head],
    W_in: [d_model, d_mlp],
    W_out: [d_mlp, d_model],
    W_U: [d_model, p],
  };
}

/** Names of the dimensions of each weight, for Arrow's `dim_names`. */
export const WEIGHT_DIMS: Record<WeightName, string[]> = {
  W_E: ['d_vocab', 'd_model'],
  W_pos: ['n_ctx', 'd_model'],
  W_Q: ['head', 'd_model', 'd_head'],
  W_O: ['head', 'd_head', 'd_model'],
  W_K: ['head', 'd_model', 'd_head'],
  W_V: ['head', 'd_model', 'd_head'],
  W_in: ['d_model', 'd_mlp'],
  W_out: ['d_mlp', 'd_model'],
  W_U: ['d_model', 'd_vocab_out'],
};

/** Number of trained parameters (226,048 for the reference model). */
export const parameterCount = (config: ModelConfig): number =>
  Object.values(weightShapes(config)).reduce((n, shape) => n + sizeOf(shape), 0);

/** Cuts one flat array of all weights, in the order of WEIGHT_NAMES, into tensors that share its memory. */
export function viewWeights(config: ModelConfig, flat: Float32Array): Weights {
  const shapes = weightShapes(config);
  let offset = 0;
  const entries = WEIGHT_NAMES.map((name) => {
    const shape = shapes[name];
    const data = flat.subarray(offset, (offset += sizeOf(shape)));
    return [name, createTensor(shape, data)] as const;
  });
  return Object.fromEntries(entries) as Record<WeightName, Tensor>;
}

/** Copies all weights into one flat array, in the order of WEIGHT_NAMES. */
export function flattenWeights(config: ModelConfig, weights: Weights): Float32Array {
  const flat = new Float32Array(parameterCount(config));
  const views = viewWeights(config, flat);
  for (const name of WEIGHT_NAMES) views[name].data.set(weights[name].data);
  return flat;
}
