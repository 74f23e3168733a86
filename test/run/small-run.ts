// One run of the project's own pipeline as a user makes it, for all test files of this process that look at one: a small
// network that groks in less than a second.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Finished } from '../run-pipeline.ts';

export const project = fileURLToPath(new URL('../..', import.meta.url));
export const CONFIG = { p: 17, d_model: 32, n_heads: 4, d_head: 8, d_mlp: 64 };
export const EPOCHS = 401;
export const CHECKPOINT_EVERY = 25;

export const SETS = [
  `dataset.p=${CONFIG.p}`,
  'dataset.train_fraction=0.9',
  `train.d_model=${CONFIG.d_model}`,
  `train.n_heads=${CONFIG.n_heads}`,
  `train.d_head=${CONFIG.d_head}`,
  `train.d_mlp=${CONFIG.d_mlp}`,
  'train.learning_rate=0.01',
  `train.epochs=${EPOCHS}`,
  `train.checkpoint_every=${CHECKPOINT_EVERY}`,
];

const folder = await mkdtemp(join(tmpdir(), 'grokscope-run-'));
after(() => rm(folder, { recursive: true }));

export const inFolder = (...path: string[]): string => join(folder, ...path);
export const artifact = (...path: string[]): string => inFolder('artifacts', ...path);

/** The words of `npm run pipeline` for this run. */
export const words = (...more: string[]): string[] => [
  ...['--artifacts', artifact(), '--cache', inFolder('cache'), '--as-written'],
  ...SETS.flatMap((set) => ['--set', set]),
  ...more,
];

/** Runs the whole pipeline through npm. */
export function runByNpm(): Promise<Finished> {
  const command = ['run', '--silent', 'pipeline', '--', ...words()];
  return new Promise((resolve) =>
    execFile('npm', command, { cwd: project }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? null : 0,
        output: stdout + stderr,
      }),
    ),
  );
}

let first: Promise<Finished> | null = null;

/** The first run, which makes everything. */
export const smallRun = (): Promise<Finished> => (first ??= runByNpm());
