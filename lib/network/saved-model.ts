// A network as model.safetensors has it: the weights under TransformerLens' names, zero biases included, its config as JSON
// in the metadata.
import { safetensorsPieces } from '../files/safetensors-bytes.ts';
import { createTensor, type Tensor } from '../files/tensor.ts';
import { WEIGHT_NAMES, type ModelConfig, type Weights } from './config.ts';
import { TRANSFORMER_LENS } from './layouts.ts';

/** The weights under TransformerLens' state_dict keys, with the zero biases that its loader expects. */
export function toStateDict(config: ModelConfig, weights: Weights): Record<string, Tensor> {
  const { p, d_model, n_heads: head, d_head, d_mlp } = config;
  const sizes: Record<string, number> = { d_vocab_out: p, d_model, head, d_head, d_mlp };
  const tensors = WEIGHT_NAMES.map((name) => [TRANSFORMER_LENS.weights[name].key, weights[name]] as const);
  const zeros = TRANSFORMER_LENS.biases.map(
    ({ key, axes }) => [key, createTensor(axes.map((axis) => sizes[axis]!))] as const,
  );
  return Object.fromEntries([...tensors, ...zeros]);
}

/** Metadata of the file: the config, and `extra` beside it. */
export const savedMetadata = (
  config: ModelConfig,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> => ({ config: JSON.stringify(TRANSFORMER_LENS.config(config)), ...extra });

/** The bytes of model.safetensors, in pieces. */
export const modelPieces = (config: ModelConfig, weights: Weights): Uint8Array<ArrayBuffer>[] =>
  safetensorsPieces(toStateDict(config, weights), savedMetadata(config));
