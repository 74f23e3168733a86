// What the tests of the train stage share: folders with a small data set in them, and the stage started on it.
import type { ChildProcess } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writePairs, type Task } from '../../lib/artifacts/dataset.ts';
import { gridRows, splitRows } from '../../lib/task/split.ts';
import { params } from '../../stages/train.params.ts';
import { runStage, startStage, temporaryFolder, type Ended } from './start-stage.ts';

export const SMALL = { d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
export const TASK: Task = { p: 7, operation: 'add', train_fraction: 0.6, seed: 1 };

export interface TrainFolder {
  readonly out: string;
  readonly resume: string;
  /** Runs the stage on an empty `out`; what an earlier one left in `resume` stays. With `onReady`, as a process. */
  start(given: Record<string, unknown>, onReady?: (child: ChildProcess) => void): Promise<Ended>;
}

/** A folder with the pairs of `task`, removed after the test. */
export async function trainFolder(
  t: { after(remove: () => Promise<void>): void },
  task: Partial<Task> = {},
): Promise<TrainFolder> {
  const folder = await temporaryFolder(t);
  const [dataset, out, resume] = ['dataset', 'out', 'resume'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const whole = { ...TASK, ...task };
  const isTrain = new Uint8Array(whole.p ** 2);
  for (const row of splitRows(whole.p, whole.train_fraction, whole.seed ?? 0).train) isTrain[row] = 1;
  for (const path of [dataset, resume]) await mkdir(path);
  await writePairs(dataset, whole, gridRows(whole.p, whole.operation), isTrain);
  const start: TrainFolder['start'] = async (given, onReady) => {
    await rm(out, { recursive: true, force: true });
    await mkdir(out);
    const args = ['train', params, { ...SMALL, ...given }, { dataset }, out] as const;
    return onReady ? startStage(...args, onReady) : runStage(...args);
  };
  return { out, resume, start };
}
