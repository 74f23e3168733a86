// The one-layer transformer, forward, as TransformerLens computes it: every position, every hook, biases zero.
// Methods and names: Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"; TransformerLens'
// HookedTransformer with n_layers 1, normalization_type None, act_fn relu, d_vocab_out p.
//
// This is the reference that everything else is tested against, and what the TensorFlow.js engine differentiates. So it
// uses only operations that have gradients on every backend: no gather (embedding is a product with one-hot rows), no
// einsum (heads are laid side by side in one product).
import { tf } from './backend.ts';
import { N_CTX, WEIGHT_NAMES, type ModelConfig, type WeightName, type Weights } from './config.ts';
import type { HookName } from './hooks.ts';

export type TensorWeights = Readonly<Record<WeightName, tf.Tensor>>;

/** Called with every activation as it is computed, in the order of HOOK_NAMES. The tensor is the pass's own. */
export type Hook = (name: HookName, activation: tf.Tensor) => void;

/** Copies the weights to the backend; the caller disposes of them. */
export function toTensors(weights: Weights): TensorWeights {
  const entries = WEIGHT_NAMES.map(
    (name) => [name, tf.tensor(weights[name].data, [...weights[name].shape])] as const,
  );
  return Object.fromEntries(entries) as Record<WeightName, tf.Tensor>;
}

/** Prompts [a, b, =] as tokens: [batch, pos], int32. */
export function toPrompts(p: number, a: Int32Array, b: Int32Array): tf.Tensor2D {
  const tokens = new Int32Array(a.length * N_CTX);
  for (let i = 0; i < a.length; i++) tokens.set([a[i]!, b[i]!, p], i * N_CTX);
  return tf.tensor2d(tokens, [a.length, N_CTX], 'int32');
}

/**
 * Logits [batch, pos, d_vocab_out] of prompts [batch, pos]. With `positions: 'last'` everything after the keys and
 * values is computed for the `=` position only (pos = 1), which is all that a loss needs.
 * Run it inside tf.tidy.
 */
export function forward(
  config: ModelConfig,
  weights: TensorWeights,
  prompts: tf.Tensor2D,
  hook: Hook = () => {},
  positions: 'all' | 'last' = 'all',
): tf.Tensor3D {
  const { p, d_model, n_heads, d_head } = config;
  const { W_E, W_pos, W_Q, W_K, W_V, W_O, W_in, W_out, W_U } = weights;
  const batch = prompts.shape[0];
  const at = <T extends tf.Tensor>(name: HookName, activation: T): T => {
    hook(name, activation);
    return activation;
  };

  // x: [batch, pos, n], W: [n, m] -> [batch, pos, m]
  const project = (x: tf.Tensor, W: tf.Tensor): tf.Tensor3D => {
    const [n, m] = W.shape as [number, number];
    return tf.reshape(tf.matMul(tf.reshape(x, [-1, n]), W as tf.Tensor2D), [batch, -1, m]);
  };
  // x: [batch, pos, d_model], W: [head, d_model, d_head] -> [batch, pos, head, d_head]
  const toHeads = (x: tf.Tensor, W: tf.Tensor): tf.Tensor4D => {
    const sideBySide = tf.reshape(tf.transpose(W, [1, 0, 2]), [d_model, n_heads * d_head]);
    return tf.reshape(project(x, sideBySide), [batch, -1, n_heads, d_head]);
  };

  // One-hot rows as int32, tfjs' default: asked for float32, the WebAssembly backend fills in wrong values.
  const embed = at('hook_embed', project(tf.oneHot(prompts, p + 1), W_E));
  const pos_embed = at('hook_pos_embed', tf.add(tf.zerosLike(embed), W_pos));
  const resid_pre = at('blocks.0.hook_resid_pre', tf.add(embed, pos_embed));
  const resid = positions === 'all' ? resid_pre : tf.slice(resid_pre, [0, N_CTX - 1, 0], [batch, 1, d_model]);

  const q = at('blocks.0.attn.hook_q', toHeads(resid, W_Q));
  const k = at('blocks.0.attn.hook_k', toHeads(resid_pre, W_K));
  const v = at('blocks.0.attn.hook_v', toHeads(resid_pre, W_V));
  // [batch, head, query, d_head] x [batch, head, d_head, key] -> [batch, head, query, key]
  const products = tf.matMul(tf.transpose(q, [0, 2, 1, 3]), tf.transpose(k, [0, 2, 3, 1]));
  const scores = at('blocks.0.attn.hook_attn_scores', causal(tf.div(products, Math.sqrt(d_head))));
  const pattern = at('blocks.0.attn.hook_pattern', tf.softmax(scores));
  // [batch, head, query, key] x [batch, head, key, d_head] -> [batch, query, head, d_head]
  const mixed = tf.matMul(pattern, tf.transpose(v, [0, 2, 1, 3]));
  const z = at('blocks.0.attn.hook_z', tf.transpose(mixed, [0, 2, 1, 3]));
  const attn_out = at('blocks.0.hook_attn_out', project(z, tf.reshape(W_O, [n_heads * d_head, d_model])));
  const resid_mid = at('blocks.0.hook_resid_mid', tf.add(resid, attn_out));

  const pre = at('blocks.0.mlp.hook_pre', project(resid_mid, W_in));
  const post = at('blocks.0.mlp.hook_post', tf.relu(pre));
  const mlp_out = at('blocks.0.hook_mlp_out', project(post, W_out));
  const resid_post = at('blocks.0.hook_resid_post', tf.add(resid_mid, mlp_out));
  return project(resid_post, W_U);
}

/** -inf where a query would see a later key. scores: [batch, head, query, key]; the queries are the last ones. */
function causal(scores: tf.Tensor): tf.Tensor {
  const queries = scores.shape[2]!;
  const isLater = (query: number, key: number): boolean => key > query + N_CTX - queries;
  const mask = Array.from({ length: queries }, (_, query) =>
    Array.from({ length: N_CTX }, (_, key) => (isLater(query, key) ? -Infinity : 0)),
  );
  return tf.add(scores, tf.tensor2d(mask));
}
