// Training runs to time: the reference model at some p on the pairs that its published run trains on.
import { openKernel, type Build, type KernelModel, type Rows } from '../lib/kernel/kernel.ts';
import { parameterCount, WEIGHT_NAMES, type ModelConfig } from '../lib/model/config.ts';
import { initialWeights } from '../lib/model/initial.ts';
import { gridRows, splitRows, takeRows } from '../lib/task/split.ts';

const ADAMW = { learning_rate: 1e-3, weight_decay: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

export interface Run {
  readonly config: ModelConfig;
  readonly rows: Rows;
  readonly model: KernelModel;
  /** Milliseconds per step over `steps` steps. */
  time(steps: number): Promise<number>;
}

export const configOf = (p: number): ModelConfig => ({ p, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 });

/** A run at its start, after a few steps to warm up. */
export async function openRun(build: Build, threads: number, p: number): Promise<Run> {
  const config = configOf(p);
  const rows = takeRows(gridRows(p, 'add'), splitRows(p, 0.3, 598).train);
  const model = await (await openKernel(build)).open(config, threads);
  const weights = new Float32Array(parameterCount(config));
  const initial = initialWeights(config, 999);
  let offset = 0;
  for (const name of WEIGHT_NAMES) {
    weights.set(initial[name].data, offset);
    offset += initial[name].data.length;
  }
  model.writeState({ weights });
  const time = async (steps: number): Promise<number> => {
    const begin = performance.now();
    await model.train(rows, ADAMW, steps);
    return (performance.now() - begin) / steps;
  };
  await time(5);
  return { config, rows, model, time };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)]!;
