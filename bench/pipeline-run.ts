/**
 * A run of the real pipeline in a temporary folder, made once for all sections that need it. It has enough epochs for all
 * pictures of the page, and as many checkpoints as the default run, so that the files are as big as the real ones.
 */
import { join } from 'node:path';
import type { Workbench } from './workbench.ts';

const PARAMS = ['train.epochs=2000', 'train.checkpoint_every=8', 'train.log_every=8'];

export interface PipelineRun {
  readonly artifacts: string;
  readonly cache: string;
  /** The options of the pipeline command for this run. */
  readonly args: readonly string[];
}

const made = new WeakMap<Workbench, Promise<PipelineRun>>();

export function pipelineRun(bench: Workbench): Promise<PipelineRun> {
  const run = made.get(bench) ?? make(bench);
  made.set(bench, run);
  return run;
}

async function make(bench: Workbench): Promise<PipelineRun> {
  const root = await bench.folder();
  const [artifacts, cache] = [join(root, 'artifacts'), join(root, 'cache')];
  const roots = ['--artifacts', artifacts, '--cache', cache];
  const args = [...roots, ...PARAMS.flatMap((set) => ['--set', set])];
  await bench.node('commands/pipeline.ts', 'pipeline', ...args);
  return { artifacts, cache, args };
}
