// Writes the activations of the readable forward pass on a list of pairs, one file each. Every batch is appended to all files
// as it comes, so that memory does not grow with the number of pairs.
import { join } from 'node:path';
import type { HookedBatch } from '../engines/readable.ts';
import { createArrow } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import { sizeOf } from '../files/tensor.ts';
import type { ModelConfig } from '../network/config.ts';
import { activations, type Activation, type ActivationName, type Selection } from '../network/hooks.ts';
import { activationSchema, elementsAtEquals } from './activations.ts';

/** Writes the selected activations of all `batches`. Throws Failure for a value that float16 cannot hold. */
export async function writeActivations(
  folder: string,
  config: ModelConfig,
  batches: Iterable<HookedBatch>,
  selection: Selection,
): Promise<void> {
  const { hooks, dtype, positions } = selection;
  const shapes = activations(config);
  const writers = await Promise.all(
    hooks.map((name) =>
      createArrow(join(folder, `${name}.arrow`), activationSchema(config, name, selection)),
    ),
  );
  let written: Promise<unknown> = Promise.resolve();
  for (const { a, b, values } of batches) {
    // One batch is being written while the next is computed.
    await written;
    written = Promise.all(
      hooks.map((name, i) => {
        const whole = values.get(name)!;
        const value = positions === 'all' ? whole : takeEquals(whole, shapes[name]);
        if (dtype === 'float16') refuseOverflow(name, value);
        return writers[i]!.append({ a, b, value });
      }),
    );
  }
  await written;
  await Promise.all(writers.map((writer) => writer.close()));
}

// whole: [pairs, ...shape] -> the elements of each pair at `=`
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
