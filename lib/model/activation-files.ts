// Writes what the readable forward pass computes on a list of prompts, one file an activation, all at once as the pass
// goes along, in flat memory.
import { join } from 'node:path';
import { createArrow } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import { sizeOf } from '../files/tensor.ts';
import type { ModelConfig, Weights } from '../network/config.ts';
import {
  activations,
  EVERYTHING,
  type Activation,
  type ActivationName,
  type Selection,
} from '../network/hooks.ts';
import { activationSchema, elementsAtEquals } from './activation-format.ts';
import { tf } from './backend.ts';
import { forward, toPrompts, toTensors, type TensorWeights } from './forward.ts';

// Whole grid rows of about this many pairs: every tensor stays at some megabytes, whatever p is.
const PAIRS_PER_BATCH = 1100;

/**
 * Writes the selected activations on the pairs (a, b), which are a grid of rows of p. `onBatch` sees the logits
 * [pairs, 3, p] of each batch, from pair number `start` on. Throws Failure for a value that float16 cannot hold.
 */
export async function writeActivations(
  folder: string,
  config: ModelConfig,
  weights: Weights,
  { a, b }: { readonly a: Int32Array; readonly b: Int32Array },
  onBatch: (start: number, logits: Float32Array) => void,
  selection: Selection = EVERYTHING,
): Promise<void> {
  const { hooks, dtype, positions } = selection;
  const shapes = activations(config);
  const writers = await Promise.all(
    hooks.map((name) =>
      createArrow(join(folder, `${name}.arrow`), activationSchema(config, name, selection)),
    ),
  );
  const tensors = toTensors(weights);
  const step = config.p * Math.max(1, Math.round(PAIRS_PER_BATCH / config.p));
  const needed = new Set<ActivationName>([...hooks, 'logits']);
  let written: Promise<unknown> = Promise.resolve();
  for (let start = 0; start < a.length; start += step) {
    const pairs = { a: a.subarray(start, start + step), b: b.subarray(start, start + step) };
    const values = compute(config, tensors, pairs.a, pairs.b, needed);
    onBatch(start, values.get('logits')!);
    // One batch is being written while the next is computed.
    await written;
    written = Promise.all(
      hooks.map((name, i) => {
        const whole = values.get(name)!;
        const value = positions === 'all' ? whole : takeEquals(whole, shapes[name]);
        if (dtype === 'float16') refuseOverflow(name, value);
        return writers[i]!.append({ ...pairs, value });
      }),
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
  needed: ReadonlySet<ActivationName>,
): Map<ActivationName, Float32Array> {
  const values = new Map<ActivationName, Float32Array>();
  const keep = (name: ActivationName, activation: tf.Tensor): void => {
    if (needed.has(name)) values.set(name, activation.dataSync<'float32'>());
  };
  tf.tidy(() => keep('logits', forward(config, weights, toPrompts(config.p, a, b), keep)));
  return values;
}

// whole: [pairs, ...shape] -> what of each pair stands at `=`
function takeEquals(whole: Float32Array, activation: Activation): Float32Array {
  const width = sizeOf(activation.shape);
  const elements = elementsAtEquals(activation);
  const taken = new Float32Array((whole.length / width) * elements.length);
  let at = 0;
  for (let row = 0; row < whole.length; row += width)
    for (const element of elements) taken[at++] = whole[row + element]!;
  return taken;
}

const FLOAT16_OVERFLOW = 65520; // rounds to infinity

function refuseOverflow(name: ActivationName, values: Float32Array): void {
  const beyond = values.find((value) => Number.isFinite(value) && Math.abs(value) >= FLOAT16_OVERFLOW);
  if (beyond !== undefined)
    throw new Failure(
      `${name} has the value ${beyond}, beyond what float16 holds (65504)`,
      'set dtype of activations to float32',
    );
}
