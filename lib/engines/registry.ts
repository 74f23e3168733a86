// The engines there are, each named once: what it resolves to on this machine, for the key of a stage, and how to open it.
// Nothing of an engine is loaded before it is opened.
import type { ModelConfig } from '../network/config.ts';
import type { Engine, Identity, Note } from './engine.ts';
import { kernelIdentity, kernelRunsOn, type KernelName } from './kernel/identity.ts';
import { refuseOther } from './promised.ts';
import { backendIdentity } from './tensorflow/identity.ts';
import { defaultThreads } from './threads.ts';

interface Entry {
  /** What computes here, for a log. */
  runsOn(): Promise<Readonly<Record<string, string>>>;
  /** `note` is told, once, what a user would not expect. */
  identity(note?: Note): Promise<Identity>;
  /** With a network of zero weights. `threads` changes the speed only. */
  open(config: ModelConfig, threads: number): Promise<Engine>;
}

const tensorflowIdentity = async (): Promise<Identity> => ({
  engine: 'tensorflow',
  ...(await backendIdentity()),
});

const kernel = (name: KernelName): Entry => ({
  runsOn: () => kernelRunsOn(name),
  identity: (note) => kernelIdentity(name, note),
  open: async (config, threads) => {
    const { openKernel } = await import('./kernel/kernel.ts');
    return (await openKernel(name)).open(config, threads);
  },
});

const REGISTRY = {
  auto: kernel('auto'),
  native: kernel('native'),
  relaxed: kernel('relaxed'),
  wasm: kernel('wasm'),
  tensorflow: {
    runsOn: tensorflowIdentity,
    identity: tensorflowIdentity,
    open: async (config) => (await import('./tensorflow/engine.ts')).openTensorFlow(config),
  },
} satisfies Record<string, Entry>;

export type EngineName = keyof typeof REGISTRY;
export const ENGINES = Object.keys(REGISTRY) as EngineName[];

/** What computes here where the engine of that name is asked for: for logs, as results do not depend on all of it. */
export const engineRunsOn = (name: EngineName): Promise<Readonly<Record<string, string>>> =>
  REGISTRY[name].runsOn();

/**
 * What results depend on where the engine of that name is asked for here. Throws Failure for a build that does not work
 * here.
 */
export const engineIdentity = (name: EngineName, note?: Note): Promise<Identity> =>
  REGISTRY[name].identity(note);

/**
 * The engine of that name, holding a network of zero weights. Throws Failure where it is not the one that is `promised`,
 * as in the key of a stage.
 */
export async function openEngine(
  name: EngineName,
  config: ModelConfig,
  promised: Identity,
  threads = defaultThreads(),
): Promise<Engine> {
  const engine = await REGISTRY[name].open(config, threads);
  refuseOther(engine.identity, promised);
  return engine;
}
