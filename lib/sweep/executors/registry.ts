/** The executors there are. The first one is the default. */
import type { ExecutorKind } from './executor.ts';
import { local } from './local.ts';
import { slurm } from './slurm.ts';

export const EXECUTORS: readonly [ExecutorKind, ...ExecutorKind[]] = [local, slurm];
