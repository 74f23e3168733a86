// The readable forward pass: every hook of the network, at all positions, on many pairs, one batch at a time.
import type { Biases } from '../network/biases.ts';
import type { ModelConfig, Weights } from '../network/config.ts';
import type { ActivationName } from '../network/hooks.ts';
import { openBackend, tf } from './tensorflow/backend.ts';
import { forward, toPrompts, toTensors, type TensorWeights } from './tensorflow/forward.ts';

// A batch has all pairs of some a, about this many in all: every tensor stays at some megabytes, whatever p is.
const PAIRS_PER_BATCH = 1100;

export interface HookedBatch {
  /** Index of its first pair. */
  readonly start: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** [pairs, ...shape of the activation], flat. */
  readonly values: ReadonlyMap<ActivationName, Float32Array>;
}

export interface ReadablePass {
  /** What computes, for the log. */
  readonly description: string;
  /** The activations `names` on the pairs (a, b): sorted by a, with equally many for each of the p values of a. */
  run(
    config: ModelConfig,
    weights: Weights,
    pairs: { readonly a: Int32Array; readonly b: Int32Array },
    names: ReadonlySet<ActivationName>,
    biases?: Biases | null,
  ): Generator<HookedBatch>;
}

/** The pass on the fastest backend that loads here. */
export async function openReadable(): Promise<ReadablePass> {
  const { description } = await openBackend();
  return { description, run };
}

function* run(
  config: ModelConfig,
  weights: Weights,
  { a, b }: { readonly a: Int32Array; readonly b: Int32Array },
  names: ReadonlySet<ActivationName>,
  biases: Biases | null = null,
): Generator<HookedBatch> {
  const tensors = toTensors(weights, biases);
  try {
    const row = a.length / config.p;
    const step = row * Math.max(1, Math.round(PAIRS_PER_BATCH / row));
    for (let start = 0; start < a.length; start += step) {
      const pairs = { a: a.subarray(start, start + step), b: b.subarray(start, start + step) };
      yield { start, ...pairs, values: compute(config, tensors, pairs, names) };
    }
  } finally {
    tf.dispose(Object.values(tensors));
  }
}

function compute(
  config: ModelConfig,
  weights: TensorWeights,
  { a, b }: { readonly a: Int32Array; readonly b: Int32Array },
  names: ReadonlySet<ActivationName>,
): Map<ActivationName, Float32Array> {
  const values = new Map<ActivationName, Float32Array>();
  const keep = (name: ActivationName, activation: tf.Tensor): void => {
    if (names.has(name)) values.set(name, activation.dataSync<'float32'>());
  };
  tf.tidy(() => keep('logits', forward(config, weights, toPrompts(config.p, a, b), keep)));
  return values;
}
