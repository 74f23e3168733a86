// model.safetensors: weights and biases under TransformerLens' names, its config as JSON in the metadata.
// Reads what TransformerLens 1.x to 3.x saves for this architecture. Of its two buffers, `mask` was a lower triangle until 3.4
// and has been empty since 3.5; `IGNORE` was -1e5 until 1.6.1 and has been -inf since.
import { badFile, Malformed } from '../files/failure.ts';
import { openSafetensors, writeSafetensors } from '../files/safetensors.ts';
import type { Biases, Model } from './biases.ts';
import type { ModelConfig, Weights } from './config.ts';
import { savedMetadata, toStateDict } from './saved-model.ts';
import { readStateDict } from './state-dict.ts';

/** Writes a model, with `extra` metadata beside the config. The same weights give the same bytes. */
export function writeModel(
  path: string,
  config: ModelConfig,
  weights: Weights,
  extra: Readonly<Record<string, string>> = {},
  biases: Biases | null = null,
): Promise<void> {
  return writeSafetensors(path, toStateDict(config, weights, biases), savedMetadata(config, extra));
}

/**
 * Reads a model. Sizes follow from the shapes; a config in the metadata must agree with them.
 * Throws Failure if the file is not a safetensors file or holds another architecture, naming what differs.
 */
export async function readModel(path: string): Promise<Model> {
  const { tensors, metadata, close } = await openSafetensors(path);
  try {
    return await inModel(path, async () => {
      const { config, weights, biases } = await readStateDict(tensors, statedConfig(metadata['config']));
      return { config, weights, biases };
    });
  } finally {
    await close();
  }
}

/** Carries out a step on a model in a file. If it finds another kind of model, throws a Failure that names the file. */
export async function inModel<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof Malformed ? badFile(path, `does not hold this model: ${error.message}`) : error;
  }
}

/** The config, parsed; empty if there is none. */
export function statedConfig(json: string | undefined): Record<string, unknown> {
  if (json === undefined) return {};
  try {
    return (JSON.parse(json) ?? {}) as Record<string, unknown>;
  } catch (error) {
    throw new Malformed(`its config is not JSON: ${(error as Error).message}`);
  }
}
