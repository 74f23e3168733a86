// All engines, each named once: its identity on this machine, for the key of a stage, and how to open it. Importing this
// file loads none of them.
import type { ModelConfig } from '../network/config.ts';
import type { Engine, Identity, Note } from './engine.ts';
import { kernelIdentity, kernelRunsOn, type KernelName } from './kernel/identity.ts';
import { refuseOther } from './promised.ts';
import { backendIdentity } from './tensorflow/identity.ts';
import { defaultThreads } from './threads.ts';

interface Entry {
  /** What computes here, for a log. */
  runsOn(): Promise<Readonly<Record<string, string>>>;
  /** `note` is called, at most once, with what a user would not expect. */
  identity(note?: Note): Promise<Identity>;
  /** Opens it with a network of zero weights. `threads` changes only the speed. */
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

/** What the engine called `name` computes with here: only for logs, as results do not depend on all of it. */
export const engineRunsOn = (name: EngineName): Promise<Readonly<Record<string, string>>> =>
  REGISTRY[name].runsOn();

/**
 * What results of the engine called `name` depend on here. Throws Failure if that is a build that does not work here.
 */
export const engineIdentity = (name: EngineName, note?: Note): Promise<Identity> =>
  REGISTRY[name].identity(note);

/**
 * Opens the engine called `name` with a network of zero weights. Throws Failure if it is not the engine `promised` by the
 * key of the stage.
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
