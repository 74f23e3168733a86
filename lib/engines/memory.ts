// Refuses, before anything is allocated, a model that does not fit in memory, and names the param that makes it too big.
import os from 'node:os';
import { Failure } from '../files/failure.ts';
import type { ModelConfig } from '../network/config.ts';

const REFERENCE: ModelConfig = { p: 113, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 };

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** What this process may use: the memory of the machine, or less if its container is given less. */
function usableBytes(): number {
  const constrained = process.constrainedMemory() ?? 0;
  return constrained > 0 ? Math.min(os.totalmem(), constrained) : os.totalmem();
}

/**
 * Throws Failure if `needed` bytes exceed `limit` or the usable memory. It names the size that is the largest multiple of
 * the reference model's.
 */
export function refuseTooBig(config: ModelConfig, needed: number, limit = Infinity): void {
  const usable = Math.min(limit, usableBytes());
  if (needed <= usable) return;
  const excess = (name: keyof ModelConfig): number => config[name] / REFERENCE[name];
  const names = Object.keys(REFERENCE) as (keyof ModelConfig)[];
  const name = names.reduce((worst, each) => (excess(each) > excess(worst) ? each : worst));
  throw new Failure(
    `${name}: ${config[name]} is too big: training would take ${gib(needed)} of memory, and there is ${gib(usable)}`,
    `choose a smaller ${name}`,
  );
}
