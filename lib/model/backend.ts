// The one door to TensorFlow.js. Chooses the fastest backend that loads: TensorFlow itself through
// @tensorflow/tfjs-node-gpu where its library was fetched or linked (on a GPU if TensorFlow finds one), else WebAssembly
// (SIMD, one thread: its threads do not work in Node), else plain JavaScript.
import * as tf from '@tensorflow/tfjs-core';
import util from 'node:util';
import { findBinding } from './backend-identity.ts';

export { tf };

export interface Backend {
  /** What computes, for the log. */
  readonly description: string;
  /** What the bits of a result depend on; `backendIdentity` gives the same without loading it. */
  readonly identity: Record<string, string>;
}

/** Makes the fastest backend the current one. */
export async function openBackend(): Promise<Backend> {
  tf.enableProdMode(); // no advice on stderr
  return (await maybeTensorflow()) ?? (await maybeWasm()) ?? (await openCpu());
}

async function maybeTensorflow(): Promise<Backend | null> {
  if (!(await findBinding())) return null;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // errors only
  process.env.NVIDIA_TF32_OVERRIDE ??= '0'; // products in float32 proper, not with ten bits of mantissa
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

interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
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
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  return { description: 'TensorFlow.js on WebAssembly', identity: { backend: 'wasm' } };
}

async function openCpu(): Promise<Backend> {
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  return { description: 'TensorFlow.js in plain JavaScript', identity: { backend: 'cpu' } };
}
