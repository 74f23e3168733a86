// The fifteen hook points of the one-layer transformer in the order in which they fire, named as TransformerLens 1.x and
// 2.x name them, with the shape of one prompt's activation and the names of its dimensions.
import { N_CTX, type ModelConfig } from './config.ts';

export const HOOK_NAMES = [
  'hook_embed',
  'hook_pos_embed',
  'blocks.0.hook_resid_pre',
  'blocks.0.attn.hook_q',
  'blocks.0.attn.hook_k',
  'blocks.0.attn.hook_v',
  'blocks.0.attn.hook_attn_scores',
  'blocks.0.attn.hook_pattern',
  'blocks.0.attn.hook_z',
  'blocks.0.hook_attn_out',
  'blocks.0.hook_resid_mid',
  'blocks.0.mlp.hook_pre',
  'blocks.0.mlp.hook_post',
  'blocks.0.hook_mlp_out',
  'blocks.0.hook_resid_post',
] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** What can be kept of a forward pass: the hooks, and the logits. */
export const ACTIVATION_NAMES = [...HOOK_NAMES, 'logits'] as const;
export type ActivationName = (typeof ACTIVATION_NAMES)[number];

export interface Activation {
  readonly shape: number[];
  readonly dims: string[];
}

/** Shape and dimension names of every activation, for one prompt [a, b, =]. */
export function activations(config: ModelConfig): Record<ActivationName, Activation> {
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  const residual = { shape: [N_CTX, d_model], dims: ['pos', 'd_model'] };
  const heads = { shape: [N_CTX, n_heads, d_head], dims: ['pos', 'head', 'd_head'] };
  const attention = { shape: [n_heads, N_CTX, N_CTX], dims: ['head', 'query_pos', 'key_pos'] };
  const neurons = { shape: [N_CTX, d_mlp], dims: ['pos', 'd_mlp'] };
  return {
    hook_embed: residual,
    hook_pos_embed: residual,
    'blocks.0.hook_resid_pre': residual,
    'blocks.0.attn.hook_q': heads,
    'blocks.0.attn.hook_k': heads,
    'blocks.0.attn.hook_v': heads,
    'blocks.0.attn.hook_attn_scores': attention,
    'blocks.0.attn.hook_pattern': attention,
    'blocks.0.attn.hook_z': heads,
    'blocks.0.hook_attn_out': residual,
    'blocks.0.hook_resid_mid': residual,
    'blocks.0.mlp.hook_pre': neurons,
    'blocks.0.mlp.hook_post': neurons,
    'blocks.0.hook_mlp_out': residual,
    'blocks.0.hook_resid_post': residual,
    logits: { shape: [N_CTX, p], dims: ['pos', 'd_vocab_out'] },
  };
}

export const DTYPES = ['float32', 'float16'] as const;
export const POSITIONS = ['all', 'last'] as const;

/** What is kept of the forward passes: the activations that get a file, the precision, and all positions or only `=`. */
export interface Selection {
  readonly hooks: readonly ActivationName[];
  readonly dtype: (typeof DTYPES)[number];
  readonly positions: (typeof POSITIONS)[number];
}

export const EVERYTHING: Selection = { hooks: ACTIVATION_NAMES, dtype: 'float32', positions: 'all' };
