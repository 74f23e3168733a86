// The engine of stages that name none: the kernel, in its fastest build that works here. Apart from the registry, so that no
// other engine's code is in the keys of those stages.
import type { ModelConfig } from '../network/config.ts';
import type { Engine, Identity, Note } from './engine.ts';
import { kernelIdentity, kernelRunsOn } from './kernel/identity.ts';
import { refuseOther } from './promised.ts';
import { defaultThreads } from './threads.ts';

/** What computes here, for logs. */
export const fastestRunsOn = (): Promise<Readonly<Record<string, string>>> => kernelRunsOn('auto');

/** What results depend on here. */
export const fastestIdentity = (note?: Note): Promise<Identity> => kernelIdentity('auto', note);

/** With a network of zero weights. Throws Failure where it is not the one that is `promised`, as in the key of a stage. */
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
