// <hook>.arrow and logits.arrow: what the readable forward pass computes on a list of prompts, one file an activation,
// all written at once as the pass goes along, in flat memory. Columns a and b, tensor column `value`.
import { join } from 'node:path';
import { createArrow, type ArrowSchema } from '../files/arrow.ts';
import { tf } from './backend.ts';
import type { ModelConfig, Weights } from './config.ts';
import { forward, toPrompts, toTensors, type TensorWeights } from './forward.ts';
import { ACTIVATION_NAMES, activations, type ActivationName } from './hooks.ts';

export function activationSchema(config: ModelConfig, name: ActivationName): ArrowSchema {
  return {
    columns: {
      a: { type: 'int32' },
      b: { type: 'int32' },
      value: { type: 'tensor', ...activations(config)[name] },
    },
    metadata: { name, p: String(config.p), config: JSON.stringify(config) },
  };
}

// Whole grid rows of about this many pairs: every tensor stays at some megabytes, whatever p is.
const PAIRS_PER_BATCH = 1100;

/**
 * Writes all activations on the pairs (a, b), which are a grid of rows of p. `onBatch` sees the logits [pairs, 3, p] of
 * each batch, from pair number `start` on.
 */
export async function writeActivations(
  folder: string,
  config: ModelConfig,
  weights: Weights,
  { a, b }: { readonly a: Int32Array; readonly b: Int32Array },
  onBatch: (start: number, logits: Float32Array) => void,
): Promise<void> {
  const writers = await Promise.all(
    ACTIVATION_NAMES.map((name) =>
      createArrow(join(folder, `${name}.arrow`), activationSchema(config, name)),
    ),
  );
  const tensors = toTensors(weights);
  const step = config.p * Math.max(1, Math.round(PAIRS_PER_BATCH / config.p));
  let written: Promise<unknown> = Promise.resolve();
  for (let start = 0; start < a.length; start += step) {
    const pairs = { a: a.subarray(start, start + step), b: b.subarray(start, start + step) };
    const values = compute(config, tensors, pairs.a, pairs.b);
    onBatch(start, values.logits);
    // One batch is being written while the next is computed.
    await written;
    written = Promise.all(
      ACTIVATION_NAMES.map((name, i) => writers[i]!.append({ ...pairs, value: values[name] })),
    );
  }
  await written;
  await Promise.all(writers.map((writer) => writer.close()));
  tf.dispose(Object.values(tensors));
}

function compute(
  config: ModelConfig,
  weights: TensorWeights,
  a: Int32Array,
  b: Int32Array,
): Record<ActivationName, Float32Array> {
  const values: Partial<Record<ActivationName, Float32Array>> = {};
  const keep = (name: ActivationName, activation: tf.Tensor): void => {
    values[name] = activation.dataSync<'float32'>();
  };
  tf.tidy(() => keep('logits', forward(config, weights, toPrompts(config.p, a, b), keep)));
  return values as Record<ActivationName, Float32Array>;
}
