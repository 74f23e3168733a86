// What a run trains with: a build of the kernel, or TensorFlow.js where that is named.
import { refuseOther, type Identity } from '../kernel/identity.ts';
import { defaultThreads, openKernel } from '../kernel/kernel.ts';
import type { ModelConfig } from '../network/config.ts';
import type { EngineName } from './engine-identity.ts';
import type { Engine } from './loop.ts';

export interface OpenEngine extends Engine {
  /** What it really runs on; equal identities give equal bits, but for those of a GPU. */
  readonly identity: Identity;
  close(): void;
}

/** The engine of that name, holding a model of zero weights. `auto` never is TensorFlow.js. `promised`: as openKernel. */
export async function openEngine(
  name: EngineName,
  config: ModelConfig,
  promised: Identity,
): Promise<OpenEngine> {
  if (name === 'tensorflow') {
    const { openTensorFlow } = await import('./tensorflow-engine.ts');
    const engine = await openTensorFlow(config);
    refuseOther(engine.identity, promised);
    return engine;
  }
  const kernel = await openKernel(name, promised);
  const model = await kernel.open(config, defaultThreads());
  return Object.assign(model, { identity: kernel.identity });
}
