// model.safetensors: the weights under TransformerLens' names, zero biases included, its config as JSON in the metadata.
// Reads what any TransformerLens 1.x to 3.x saved of this architecture. Of its two buffers, `mask` was a lower triangle
// until 3.4 and is empty since 3.5, `IGNORE` was -1e5 until 1.6.1 and is -inf since.
import { badFile } from '../files/failure.ts';
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import { createTensor, type Tensor } from '../files/tensor.ts';
import {
  N_CTX,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type WeightName,
  type Weights,
} from './config.ts';

type StateDict = Readonly<Record<string, Tensor>>;

const STATE_DICT_KEYS: Record<WeightName, string> = {
  W_E: 'embed.W_E',
  W_pos: 'pos_embed.W_pos',
  W_Q: 'blocks.0.attn.W_Q',
  W_O: 'blocks.0.attn.W_O',
  W_K: 'blocks.0.attn.W_K',
  W_V: 'blocks.0.attn.W_V',
  W_in: 'blocks.0.mlp.W_in',
  W_out: 'blocks.0.mlp.W_out',
  W_U: 'unembed.W_U',
};

/** The weights under TransformerLens' state_dict keys, with the zero biases that its loader expects. */
export function toStateDict(config: ModelConfig, weights: Weights): Record<string, Tensor> {
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  const tensors = WEIGHT_NAMES.map((name) => [STATE_DICT_KEYS[name], weights[name]] as const);
  const biases: Record<string, number[]> = {
    'blocks.0.attn.b_Q': [n_heads, d_head],
    'blocks.0.attn.b_K': [n_heads, d_head],
    'blocks.0.attn.b_V': [n_heads, d_head],
    'blocks.0.attn.b_O': [d_model],
    'blocks.0.mlp.b_in': [d_mlp],
    'blocks.0.mlp.b_out': [d_model],
    'unembed.b_U': [p],
  };
  const zeros = Object.entries(biases).map(([key, shape]) => [key, createTensor(shape)] as const);
  return Object.fromEntries([...tensors, ...zeros]);
}

/** The nine weights of a state_dict; throws, naming the key, where one is missing or has another shape. */
export function fromStateDict(config: ModelConfig, tensors: Readonly<Record<string, Tensor>>): Weights {
  const shapes = weightShapes(config);
  const entries = WEIGHT_NAMES.map((name) => {
    const key = STATE_DICT_KEYS[name];
    const tensor = tensors[key];
    if (!tensor) throw new Error(`${key} is missing (expected shape [${shapes[name].join(', ')}])`);
    if (tensor.shape.join() !== shapes[name].join())
      throw new Error(
        `${key} has shape [${tensor.shape.join(', ')}] (expected [${shapes[name].join(', ')}])`,
      );
    return [name, tensor] as const;
  });
  return Object.fromEntries(entries) as Record<WeightName, Tensor>;
}

/** Writes a model; `extra` metadata stand beside the config. The same weights give the same bytes. */
export function writeModel(
  path: string,
  config: ModelConfig,
  weights: Weights,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const metadata = { config: JSON.stringify(toLensConfig(config)), ...extra };
  return writeSafetensors(path, toStateDict(config, weights), metadata);
}

/** The config under the names of HookedTransformerConfig, and p. */
function toLensConfig({ p, d_model, n_heads, d_head, d_mlp }: ModelConfig): Record<string, unknown> {
  return {
    n_layers: 1,
    d_model,
    n_ctx: N_CTX,
    d_head,
    n_heads,
    d_mlp,
    d_vocab: p + 1,
    d_vocab_out: p,
    act_fn: 'relu',
    normalization_type: null,
    attn_only: false,
    p,
  };
}

/**
 * Reads a model. Sizes follow from the shapes; a config in the metadata must agree with them.
 * Throws Failure when the file is not a safetensors file or holds another architecture, naming what differs.
 */
export async function readModel(path: string): Promise<{ config: ModelConfig; weights: Weights }> {
  const { tensors, metadata } = await readSafetensors(path);
  try {
    const config = configOfShapes(tensors);
    checkConfig(config, metadata.config);
    const weights = fromStateDict(config, tensors);
    checkRest(config, weights, tensors);
    return { config, weights };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw badFile(path, `does not hold this model: ${error.message}`);
  }
}

function configOfShapes(tensors: StateDict): ModelConfig {
  const size = (name: string, axis: number): number => {
    const length = tensors[name]?.shape[axis];
    if (!length) throw new Error(`${name} is missing or has no size`);
    return length;
  };
  const config = {
    p: size('unembed.W_U', 1),
    d_model: size('unembed.W_U', 0),
    n_heads: size('blocks.0.attn.W_Q', 0),
    d_head: size('blocks.0.attn.W_Q', 2),
    d_mlp: size('blocks.0.mlp.W_in', 1),
  };
  if (config.p < 3) throw new Error(`p is ${config.p} (expected a whole number from 3)`);
  return config;
}

function checkConfig(config: ModelConfig, json: string | undefined): void {
  if (json === undefined) return;
  const stated = (JSON.parse(json) ?? {}) as Record<string, unknown>;
  for (const [name, expected] of Object.entries(toLensConfig(config)))
    if (name in stated && stated[name] !== expected)
      throw new Error(
        `${name} is ${JSON.stringify(stated[name])} in its config (expected ${JSON.stringify(expected)})`,
      );
}

/** Beside the nine weights there may be biases, if they are zero, and the two buffers. */
function checkRest(config: ModelConfig, weights: Weights, tensors: StateDict): void {
  const expected = toStateDict(config, weights);
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (name === 'blocks.0.attn.mask') checkMask(name, data);
    else if (name === 'blocks.0.attn.IGNORE') checkIgnore(name, data);
    else if (!expected[name]) throw new Error(`${name} has no place in it`);
    else if (expected[name].shape.join() !== shape.join())
      throw new Error(
        `${name} has shape [${shape.join(', ')}] (expected [${expected[name].shape.join(', ')}])`,
      );
    else if (!data.every(Number.isFinite)) throw new Error(`${name} has values that are not finite`);
    else if (name.includes('.b_') && data.some((value) => value !== 0))
      throw new Error(`${name} has values other than zero (its biases are frozen at zero)`);
  }
}

function checkMask(name: string, data: Float32Array): void {
  const isCausal = data.every((value, i) => value === (i % N_CTX <= Math.floor(i / N_CTX) ? 1 : 0));
  if (data.length > 0 && !(data.length === N_CTX ** 2 && isCausal))
    throw new Error(`${name} is not causal (expected a lower triangle of ${N_CTX} x ${N_CTX}, or nothing)`);
}

function checkIgnore(name: string, data: Float32Array): void {
  if (data.length !== 1 || data[0]! > -1e4)
    throw new Error(`${name} is ${data.join(', ')} (expected -1e5 or -Infinity)`);
}
