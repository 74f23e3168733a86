// Training runs to time: the reference model at some p on the pairs that its published run trains on.
import { findBuild } from '../lib/engines/kernel/identity.ts';
import { openKernel, type Build } from '../lib/engines/kernel/kernel.ts';
import { flattenWeights, type ModelConfig } from '../lib/network/config.ts';
import { initialWeights } from '../lib/network/initial.ts';
import type { Pairs } from '../lib/network/pairs.ts';
import { gridRows, splitRows, takeRows } from '../lib/task/split.ts';

export const ADAMW = { learning_rate: 1e-3, weight_decay: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

export interface Run {
  readonly config: ModelConfig;
  readonly rows: Pairs;
  /** What computes, in words. */
  readonly name: string;
  close(): void;
  /** Milliseconds per step over `steps` steps. */
  time(steps: number): Promise<number>;
}

export const configOf = (p: number): ModelConfig => ({ p, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 });

/** The builds of the kernel that work here, the fastest first. `lacking`: why there is no native one. */
export async function findBuilds(): Promise<{ builds: readonly Build[]; lacking: string | null }> {
  const builds: Build[] = [];
  let lacking: string | null = null;
  for (const build of ['native', 'relaxed', 'wasm'] as const)
    try {
      builds.push((await findBuild(build)).build);
    } catch (error) {
      if (build === 'native') lacking = (error as Error).message;
    }
  return { builds, lacking };
}

/** Imported only here: loading TensorFlow.js would count as memory of the other engines. */
const openTensorFlow = async (config: ModelConfig) =>
  (await import('../lib/engines/tensorflow/engine.ts')).openTensorFlow(config);

/** A run that has just begun, after a few steps to warm up. TensorFlow.js chooses its threads itself. */
export async function openRun(engine: Build | 'tensorflow', threads: number, p: number): Promise<Run> {
  const config = configOf(p);
  const rows = takeRows(gridRows(p, 'add'), splitRows(p, 0.3, 598).train);
  const model =
    engine === 'tensorflow'
      ? await openTensorFlow(config)
      : await (await openKernel(engine)).open(config, threads);
  const name =
    engine === 'tensorflow'
      ? nameOf(model.identity)
      : `${engine}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  model.writeState({ weights: flattenWeights(config, initialWeights(config, 999)) });
  const time = async (steps: number): Promise<number> => {
    const begin = performance.now();
    await model.train(rows, ADAMW, steps);
    return (performance.now() - begin) / steps;
  };
  await time(5);
  return { config, rows, name, time, close: () => model.close() };
}

const nameOf = ({ backend, version, device }: Record<string, string>): string =>
  `TensorFlow.js on ${[backend, version, device].filter(Boolean).join(' ')}`;
