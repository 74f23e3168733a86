// The only file that imports TensorFlow.js. Chooses the fastest backend that loads: TensorFlow itself through
// @tensorflow/tfjs-node-gpu if its library was downloaded or linked (on a GPU if TensorFlow finds one); otherwise
// WebAssembly (SIMD, one thread, as its threads do not work in Node); otherwise plain JavaScript.
import * as tf from '@tensorflow/tfjs-core';
import { fileURLToPath } from 'node:url';
import util from 'node:util';
import { runInThisContext } from 'node:vm';
import { bundle } from '../../files/bundle.ts';
import { findBinding } from './identity.ts';

export { tf };

export interface Backend {
  /** What computes, for the log. */
  readonly description: string;
  /** What the bits of a result depend on; `backendIdentity` gives the same without loading anything. */
  readonly identity: Record<string, string>;
}

const LOADERS = { tensorflow: maybeTensorflow, wasm: maybeWasm, cpu: loadCpu };
export type BackendName = keyof typeof LOADERS;

/** Loads the first of these backends that works, and makes it the current one. */
export async function openBackend(
  order: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'],
): Promise<Backend> {
  tf.enableProdMode(); // no advice on stderr
  for (const name of order) {
    const backend = await LOADERS[name]();
    if (backend) return backend;
  }
  throw new Error(`no TensorFlow.js backend loads: ${order.join(', ')}`);
}

let hasGradients = false;

/**
 * Makes tf.grads work, as tfjs-core leaves the gradients out. It publishes them as modules whose imports bundlers
 * understand and Node does not, so they are bundled first. What they register is global.
 */
export async function loadGradients(): Promise<void> {
  if (hasGradients) return;
  hasGradients = true;
  const registering = import.meta.resolve('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  const { outputFiles } = await bundle({ entryPoints: [fileURLToPath(registering)], format: 'iife' });
  runInThisContext(outputFiles[0]!.text);
  transposeFirstOnWasm();
  compareForRelu();
}

// The gradient of a product asks for products of transposed matrices. On WebAssembly those take ten times as long as
// transposing first: XNNPACK is used for plain products only (tensorflow/tfjs #2532).
function transposeFirstOnWasm(): void {
  const stock = tf.getGradient('BatchMatMul');
  const transpose = (x: tf.Tensor): tf.Tensor => {
    const { rank } = x;
    const order = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : 2 * rank - 3 - i));
    return tf.transpose(x, order);
  };
  tf.unregisterGradient('BatchMatMul');
  tf.registerGradient({
    ...stock,
    gradFunc: (dy, saved, attributes) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      if (tf.getBackend() !== 'wasm' || attributes['transposeA'] || attributes['transposeB'])
        return stock.gradFunc(dy, saved, attributes);
      const d = dy as tf.Tensor;
      return { a: () => tf.matMul(d, transpose(b)), b: () => tf.matMul(transpose(a), d) };
    },
  });
}

// The stock gradient of ReLU asks for a step function, which tfjs-node puts together from four operations.
function compareForRelu(): void {
  tf.unregisterGradient('Relu');
  tf.registerGradient({
    kernelName: 'Relu',
    inputsToSave: ['x'],
    gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.cast(tf.greater(x!, 0), 'float32')) }),
  });
}

interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

async function maybeTensorflow(): Promise<Backend | null> {
  if (!(await findBinding())) return null;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only
  process.env.NVIDIA_TF32_OVERRIDE ??= '0'; // products in true float32, not in TF32 with its ten bits of mantissa
  try {
    restoreUtil();
    await import('@tensorflow/tfjs-node-gpu');
    await tf.setBackend('tensorflow');
    const { isUsingGpuDevice, binding } = tf.backend() as unknown as TensorflowBackend;
    const device = isUsingGpuDevice ? 'gpu' : 'cpu';
    return {
      description: `TensorFlow ${binding.TF_Version} on the ${device.toUpperCase()}`,
      identity: { backend: 'tensorflow', version: binding.TF_Version, device },
    };
  } catch (error) {
    console.log(`TensorFlow's library is there but does not load: ${String(error).split('\n')[0]}`);
    return null;
  }
}

// tfjs-node 4.22 calls two functions that Node 23 took out of node:util (tensorflow/tfjs #8609).
function restoreUtil(): void {
  const removed = {
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, implementation] of Object.entries(removed))
    if (!(name in util)) Object.assign(util, { [name]: implementation });
}

async function maybeWasm(): Promise<Backend | null> {
  if (!('WebAssembly' in globalThis)) return null;
  const events = ['uncaughtException', 'unhandledRejection'];
  const before = events.map((event) => process.listeners(event as 'uncaughtException'));
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  // Its loader rethrows all uncaught errors of the process, so that Node prints a page of its source before each error.
  for (const [i, event] of events.entries())
    for (const listener of process.listeners(event as 'uncaughtException'))
      if (!before[i]!.includes(listener)) process.off(event, listener);
  return { description: 'TensorFlow.js on WebAssembly', identity: { backend: 'wasm' } };
}

async function loadCpu(): Promise<Backend> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return { description: 'TensorFlow.js in plain JavaScript', identity: { backend: 'cpu' } };
}
