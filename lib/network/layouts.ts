// Layouts in which one-layer transformers of this kind are published: the key of each weight in a state_dict and the order of
// its axes. Every layout is converted to TransformerLens' (config.ts). To support another, add a record.
import type { ModelConfig, WeightName } from './config.ts';

/**
 * Names of the axes, in the order of the file. `head*d_head` is one axis in the file and two here. `d_vocab_out+1` has the
 * token = as an additional last answer, which is dropped.
 */
export interface Place {
  readonly key: string;
  readonly axes: readonly string[];
}

export interface Layout {
  readonly name: string;
  /** The repository whose files have this layout. */
  readonly from: string;
  readonly weights: Readonly<Record<WeightName, Place>>;
  readonly biases: readonly Place[];
  /** The values that a config in the file must have, for those keys that it has. */
  config(config: ModelConfig): Readonly<Record<string, unknown>>;
}

const place = (key: string, axes: string): Place => ({ key, axes: axes === '' ? [] : axes.split(' ') });

export const TRANSFORMER_LENS: Layout = {
  name: 'TransformerLens',
  from: 'TransformerLensOrg/TransformerLens',
  weights: {
    W_E: place('embed.W_E', 'd_vocab d_model'),
    W_pos: place('pos_embed.W_pos', 'n_ctx d_model'),
    W_Q: place('blocks.0.attn.W_Q', 'head d_model d_head'),
    W_O: place('blocks.0.attn.W_O', 'head d_head d_model'),
    W_K: place('blocks.0.attn.W_K', 'head d_model d_head'),
    W_V: place('blocks.0.attn.W_V', 'head d_model d_head'),
    W_in: place('blocks.0.mlp.W_in', 'd_model d_mlp'),
    W_out: place('blocks.0.mlp.W_out', 'd_mlp d_model'),
    W_U: place('unembed.W_U', 'd_model d_vocab_out'),
  },
  biases: [
    place('blocks.0.attn.b_Q', 'head d_head'),
    place('blocks.0.attn.b_K', 'head d_head'),
    place('blocks.0.attn.b_V', 'head d_head'),
    place('blocks.0.attn.b_O', 'd_model'),
    place('blocks.0.mlp.b_in', 'd_mlp'),
    place('blocks.0.mlp.b_out', 'd_model'),
    place('unembed.b_U', 'd_vocab_out'),
  ],
  config: ({ p, d_model, n_heads, d_head, d_mlp }) => ({
    n_layers: 1,
    d_model,
    n_ctx: 3,
    d_head,
    n_heads,
    d_mlp,
    d_vocab: p + 1,
    d_vocab_out: p,
    act_fn: 'relu',
    normalization_type: null,
    attn_only: false,
    p,
  }),
};

/** Nanda et al. 2023: matrices multiply from the left, the heads share one axis in W_O, and = is one of the answers. */
const PROGRESS_MEASURES: Layout = {
  name: 'progress-measures paper',
  from: 'mechanistic-interpretability-grokking/progress-measures-paper',
  weights: {
    W_E: place('embed.W_E', 'd_model d_vocab'),
    W_pos: place('pos_embed.W_pos', 'n_ctx d_model'),
    W_Q: place('blocks.0.attn.W_Q', 'head d_head d_model'),
    W_O: place('blocks.0.attn.W_O', 'd_model head*d_head'),
    W_K: place('blocks.0.attn.W_K', 'head d_head d_model'),
    W_V: place('blocks.0.attn.W_V', 'head d_head d_model'),
    W_in: place('blocks.0.mlp.W_in', 'd_mlp d_model'),
    W_out: place('blocks.0.mlp.W_out', 'd_model d_mlp'),
    W_U: place('unembed.W_U', 'd_model d_vocab_out+1'),
  },
  biases: [place('blocks.0.mlp.b_in', 'd_mlp'), place('blocks.0.mlp.b_out', 'd_model')],
  config: ({ p, d_model, n_heads, d_mlp }) => ({
    num_layers: 1,
    d_model,
    n_ctx: 3,
    num_heads: n_heads,
    d_mlp,
    d_vocab: p + 1,
    act_type: 'ReLU',
    p,
  }),
};

/** The first one that fits is used. */
export const LAYOUTS: readonly Layout[] = [TRANSFORMER_LENS, PROGRESS_MEASURES];
