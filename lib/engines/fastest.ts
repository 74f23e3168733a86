// The engine of stages that do not name one: the fastest build of the kernel that works here. It is separate from the
// registry, so that the keys of those stages contain no other engine's code.
import type { ModelConfig } from '../network/config.ts';
import type { Engine, Identity, Note } from './engine.ts';
import { kernelIdentity, kernelRunsOn } from './kernel/identity.ts';
import { refuseOther } from './promised.ts';
import { defaultThreads } from './threads.ts';

/** What computes here, for logs. */
export const fastestRunsOn = (): Promise<Readonly<Record<string, string>>> => kernelRunsOn('auto');

/** What results depend on here. */
export const fastestIdentity = (note?: Note): Promise<Identity> => kernelIdentity('auto', note);

/** Opens it with a network of zero weights. Throws Failure if it is not the engine `promised` by the key of the stage. */
export async function openFastest(
  config: ModelConfig,
  promised: Identity,
  threads = defaultThreads(),
): Promise<Engine> {
  const { openKernel } = await import('./kernel/kernel.ts');
  const engine = await (await openKernel('auto')).open(config, threads);
  refuseOther(engine.identity, promised);
  return engine;
}
