// The one-layer transformer, forward, as TransformerLens computes it: every position, every hook, biases b_in, b_out
// and b_U if there are any; and the same restricted to the `=` position, which is all that a loss needs.
// Methods and names: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; TransformerLens'
// HookedTransformer with n_layers 1, normalization_type None, act_fn relu, d_vocab_out p.
//
// `forward` dumps activations; `forwardAtEquals` is what the TensorFlow.js engine differentiates. So both use only
// operations that have gradients on every backend: no gather (embedding is a product with one-hot rows), no einsum (heads
// are laid side by side in one product).
import { BIAS_NAMES, type BiasName, type Biases } from '../../network/biases.ts';
import {
  N_CTX,
  WEIGHT_NAMES,
  type ModelConfig,
  type WeightName,
  type Weights,
} from '../../network/config.ts';
import type { HookName } from '../../network/hooks.ts';
import { tf } from './backend.ts';

export type TensorWeights = Readonly<Record<WeightName, tf.Tensor> & Partial<Record<BiasName, tf.Tensor>>>;

/** Called with every activation as it is computed, in the order of HOOK_NAMES. The pass owns the tensor. */
export type Hook = (name: HookName, activation: tf.Tensor) => void;

/** Copies weights and biases to the backend; the caller disposes of them. */
export function toTensors(weights: Weights, biases: Biases | null = null): TensorWeights {
  const named = [
    ...WEIGHT_NAMES.map((name) => [name, weights[name]] as const),
    ...(biases ? BIAS_NAMES.map((name) => [name, biases[name]] as const) : []),
  ];
  const entries = named.map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])] as const);
  return Object.fromEntries(entries) as TensorWeights;
}

/** Prompts [a, b, =] as tokens: [batch, pos], int32. */
export function toPrompts(p: number, a: Int32Array, b: Int32Array): tf.Tensor2D {
  const tokens = new Int32Array(a.length * N_CTX);
  for (let i = 0; i < a.length; i++) tokens.set([a[i]!, b[i]!, p], i * N_CTX);
  return tf.tensor2d(tokens, [a.length, N_CTX], 'int32');
}

/**
 * One-hot rows [..., depth] of int32 indices, in float32. They are made as int32, tfjs' default, and then cast: asked for
 * float32, the WebAssembly backend fills in wrong values.
 */
export function oneHot(indices: tf.Tensor, depth: number): tf.Tensor {
  return tf.cast(tf.oneHot(indices, depth), 'float32');
}

// x: [..., n], W: [n, m] -> [..., m]
function project(x: tf.Tensor, W: tf.Tensor): tf.Tensor {
  const [n, m] = W.shape as [number, number];
  const rows = tf.matMul(tf.reshape(x, [-1, n]), W as tf.Tensor2D);
  return tf.reshape(rows, [...x.shape.slice(0, -1), m]);
}

// x: [..., d_model], W: [head, d_model, d_head] -> [..., head, d_head]
function toHeads(x: tf.Tensor, W: tf.Tensor): tf.Tensor {
  const [n_heads, d_model, d_head] = W.shape as [number, number, number];
  const sideBySide = tf.reshape(tf.transpose(W, [1, 0, 2]), [d_model, n_heads * d_head]);
  return tf.reshape(project(x, sideBySide), [...x.shape.slice(0, -1), n_heads, d_head]);
}

// z: [..., head, d_head], W_O: [head, d_head, d_model] -> [..., d_model]
function fromHeads(z: tf.Tensor, W_O: tf.Tensor): tf.Tensor {
  const [n_heads, d_head, d_model] = W_O.shape as [number, number, number];
  const sideBySide = tf.reshape(z, [...z.shape.slice(0, -2), n_heads * d_head]);
  return project(sideBySide, tf.reshape(W_O, [n_heads * d_head, d_model]));
}

/** Logits [batch, pos, d_vocab_out] of prompts [batch, pos]. Run it inside tf.tidy. */
export function forward(
  config: ModelConfig,
  weights: TensorWeights,
  prompts: tf.Tensor2D,
  hook: Hook = () => {},
): tf.Tensor3D {
  const { W_E, W_pos, W_Q, W_K, W_V, W_O } = weights;
  const at = (name: HookName, activation: tf.Tensor): tf.Tensor => {
    hook(name, activation);
    return activation;
  };

  const embed = at('hook_embed', project(oneHot(prompts, config.p + 1), W_E));
  const pos_embed = at('hook_pos_embed', tf.add(tf.zerosLike(embed), W_pos));
  const resid_pre = at('blocks.0.hook_resid_pre', tf.add(embed, pos_embed));

  const q = at('blocks.0.attn.hook_q', toHeads(resid_pre, W_Q));
  const k = at('blocks.0.attn.hook_k', toHeads(resid_pre, W_K));
  const v = at('blocks.0.attn.hook_v', toHeads(resid_pre, W_V));
  // [batch, head, query, d_head] x [batch, head, d_head, key] -> [batch, head, query, key]
  const products = tf.matMul(tf.transpose(q, [0, 2, 1, 3]), tf.transpose(k, [0, 2, 3, 1]));
  const scores = at('blocks.0.attn.hook_attn_scores', causal(tf.div(products, Math.sqrt(config.d_head))));
  const pattern = at('blocks.0.attn.hook_pattern', tf.softmax(scores));
  // [batch, head, query, key] x [batch, head, key, d_head] -> [batch, query, head, d_head]
  const mixed = tf.matMul(pattern, tf.transpose(v, [0, 2, 1, 3]));
  const z = at('blocks.0.attn.hook_z', tf.transpose(mixed, [0, 2, 1, 3]));
  const attn_out = at('blocks.0.hook_attn_out', fromHeads(z, W_O));
  const resid_mid = at('blocks.0.hook_resid_mid', tf.add(resid_pre, attn_out));
  return fromMidToLogits(weights, resid_mid, at) as tf.Tensor3D;
}

/**
 * Logits [batch, d_vocab_out] at `=` of pairs a, b: [batch], int32. Before attention a position depends on its own token
 * alone, so keys and values are computed once for each of the 2p + 1 tokens in their positions, not once for each pair.
 * Hooks are those after the attention. Run it inside tf.tidy.
 */
export function forwardAtEquals(
  { p, n_heads, d_head }: ModelConfig,
  weights: TensorWeights,
  { a, b }: { readonly a: tf.Tensor1D; readonly b: tf.Tensor1D },
  hook: Hook = () => {},
): tf.Tensor2D {
  const { W_E, W_pos, W_Q, W_K, W_V, W_O } = weights;
  const [summand, equals] = tf.split(W_E, [p, 1]) as [tf.Tensor, tf.Tensor];
  const [pos_a, pos_b, pos_equals] = tf.split(W_pos, N_CTX) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const resid = tf.add(equals, pos_equals);
  const resid_pre = tf.concat([tf.add(summand, pos_a), tf.add(summand, pos_b), resid]);

  const q = toHeads(resid, W_Q); // [1, head, d_head]
  const k = toHeads(resid_pre, W_K); // [2p+1, head, d_head]
  const v = toHeads(resid_pre, W_V);
  const scores = tf.div(tf.sum(tf.mul(k, q), 2, true), Math.sqrt(d_head)); // [2p+1, head, 1]
  // What each pair sees at its three keys: 3 times [batch, head, 1 + d_head], score and value side by side.
  const [atA, atB, atEquals] = tf.split(
    tf.reshape(tf.concat([scores, v], 2), [2 * p + 1, n_heads * (1 + d_head)]),
    [p, p, 1],
  ) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const keys = [
    tf.matMul(oneHot(a, p), atA),
    tf.matMul(oneHot(b, p), atB),
    tf.add(tf.zeros([a.shape[0], 1]), atEquals),
  ];
  const seen = keys.map((key) => tf.split(tf.reshape(key, [-1, n_heads, 1 + d_head]), [1, d_head], 2));
  const pattern = tf.softmax(
    tf.concat(
      seen.map(([score]) => score!),
      2,
    ),
  ); // [batch, head, key]
  const shares = tf.split(pattern, N_CTX, 2); // 3 times [batch, head, 1]
  const z = tf.addN(seen.map(([, value], key) => tf.mul(shares[key]!, value!)));
  const resid_mid = tf.add(resid, fromHeads(z, W_O));
  return fromMidToLogits(weights, resid_mid, (name, activation) => {
    hook(name, activation);
    return activation;
  }) as tf.Tensor2D;
}

// resid_mid: [..., d_model] -> logits [..., d_vocab_out]
function fromMidToLogits(
  { W_in, W_out, W_U, b_in, b_out, b_U }: TensorWeights,
  resid_mid: tf.Tensor,
  at: (name: HookName, activation: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const pre = at('blocks.0.mlp.hook_pre', plus(project(resid_mid, W_in), b_in));
  const post = at('blocks.0.mlp.hook_post', tf.relu(pre));
  const mlp_out = at('blocks.0.hook_mlp_out', plus(project(post, W_out), b_out));
  const resid_post = at('blocks.0.hook_resid_post', tf.add(resid_mid, mlp_out));
  return plus(project(resid_post, W_U), b_U);
}

const plus = (x: tf.Tensor, bias?: tf.Tensor): tf.Tensor => (bias ? tf.add(x, bias) : x);

/** -inf where a query would see a later key. scores: [batch, head, query, key] */
function causal(scores: tf.Tensor): tf.Tensor {
  const mask = Array.from({ length: N_CTX }, (_, query) =>
    Array.from({ length: N_CTX }, (_, key) => (key > query ? -Infinity : 0)),
  );
  return tf.add(scores, tf.tensor2d(mask));
}
