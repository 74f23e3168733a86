// A network as model.safetensors has it: weights and biases under TransformerLens' names, its config as JSON in the metadata.
import { safetensorsPieces } from '../files/safetensors-bytes.ts';
import { createTensor, type Tensor } from '../files/tensor.ts';
import { BIAS_KEYS, BIAS_NAMES, type Biases } from './biases.ts';
import { WEIGHT_NAMES, type ModelConfig, type Weights } from './config.ts';
import { TRANSFORMER_LENS } from './layouts.ts';

/** Weights and biases under TransformerLens' state_dict keys; biases that the network does not have are zero, for its loader. */
export function toStateDict(
  config: ModelConfig,
  weights: Weights,
  biases: Biases | null = null,
): Record<string, Tensor> {
  const { p, d_model, n_heads: head, d_head, d_mlp } = config;
  const sizes: Record<string, number> = { d_vocab_out: p, d_model, head, d_head, d_mlp };
  const tensors = WEIGHT_NAMES.map((name) => [TRANSFORMER_LENS.weights[name].key, weights[name]] as const);
  const zeros = TRANSFORMER_LENS.biases.map(
    ({ key, axes }) => [key, createTensor(axes.map((axis) => sizes[axis]!))] as const,
  );
  const own = biases ? BIAS_NAMES.map((name) => [BIAS_KEYS[name], biases[name]] as const) : [];
  return Object.fromEntries([...tensors, ...zeros, ...own]);
}

/** Metadata of the file: the config, and `extra` beside it. */
export const savedMetadata = (
  config: ModelConfig,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> => ({ config: JSON.stringify(TRANSFORMER_LENS.config(config)), ...extra });

/** The bytes of model.safetensors, in pieces. */
export const modelPieces = (config: ModelConfig, weights: Weights): Uint8Array<ArrayBuffer>[] =>
  safetensorsPieces(toStateDict(config, weights), savedMetadata(config));
