/**
 * What was handed to Slurm, as any later process finds it: `artifacts/sweeps/<name>/.slurm/<id>/`
 *   submission.json   the points, in order; written before sbatch hears of them
 *   pipeline.yaml     as it was: tasks and collectors read this one
 *   <index>.json      how that point ended: written whole by its task, and the only proof that it has
 *   log-<first>-<task>.txt   what tasks print; `first` is the point of the array's task 0
 *   closed            every point has ended and was gathered
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from '../files/whole-file.ts';
import type { Ending } from './executor.ts';

export interface Submission {
  readonly id: string;
  readonly folder: string;
  /** Names of points. */
  readonly points: readonly string[];
  /** 1, and one more each time points were lost. */
  readonly attempt: number;
  /** Tasks of an array. */
  readonly array_size: number;
}

/** What a task leaves. */
export type TaskResult = Pick<Ending, 'seconds' | 'detail'> & {
  readonly outcome: 'known' | 'ran' | 'failed';
};

const ID = /^[0-9a-f]{12}$/;

export const submissionsFolder = (sweepFolder: string): string => join(sweepFolder, '.slurm');
export const snapshotPath = ({ folder }: Pick<Submission, 'folder'>): string => join(folder, 'pipeline.yaml');

/** Index of the point that is task 0 of the array which has the point `index`. */
export const firstOfArray = ({ array_size }: Submission, index: number): number =>
  index - (index % array_size);

export function logPath(submission: Submission, index: number): string {
  const first = firstOfArray(submission, index);
  return join(submission.folder, `log-${first}-${index - first}.txt`);
}

const resultPath = ({ folder }: Submission, index: number): string => join(folder, `${index}.json`);

/** Writes down what is about to be submitted. */
export async function openSubmission(
  sweepFolder: string,
  pipelineFile: string,
  points: readonly string[],
  attempt: number,
  array_size: number,
): Promise<Submission> {
  const id = randomBytes(6).toString('hex');
  const folder = join(submissionsFolder(sweepFolder), id);
  await mkdir(folder, { recursive: true });
  await copyFile(pipelineFile, snapshotPath({ folder }));
  const submitted = new Date().toISOString();
  await writeJson(join(folder, 'submission.json'), { points, attempt, array_size, submitted });
  return { id, folder, points, attempt, array_size };
}

/** Those that are not closed, oldest first. */
export async function readSubmissions(sweepFolder: string): Promise<Submission[]> {
  const names = await readdir(submissionsFolder(sweepFolder)).catch(() => []);
  const ids = names.filter(
    (id) => ID.test(id) && !existsSync(join(submissionsFolder(sweepFolder), id, 'closed')),
  );
  const found = await Promise.all(ids.map((id) => readSubmission(sweepFolder, id)));
  return found.flatMap((each) => each ?? []).sort((x, y) => (x.submitted < y.submitted ? -1 : 1));
}

export async function readSubmission(
  sweepFolder: string,
  id: string,
): Promise<(Submission & { submitted: string }) | null> {
  const folder = join(submissionsFolder(sweepFolder), id);
  const data = (await readJson(join(folder, 'submission.json'))) as
    (Omit<Submission, 'id' | 'folder'> & { submitted: string }) | undefined;
  return data ? { id, folder, ...data } : null;
}

export const writeTaskResult = (submission: Submission, index: number, result: TaskResult): Promise<void> =>
  writeJson(resultPath(submission, index), result);

/** Results of the tasks that have ended, by index. The folder is listed first: over NFS that is what shows new files. */
export async function readTaskResults(
  submission: Submission,
  isNew: (index: number) => boolean,
): Promise<Map<number, TaskResult>> {
  const results = new Map<number, TaskResult>();
  for (const name of await readdir(submission.folder)) {
    const index = Number(/^(\d+)\.json$/.exec(name)?.[1] ?? NaN);
    if (Number.isNaN(index) || !isNew(index)) continue;
    const result = (await readJson(resultPath(submission, index))) as TaskResult | undefined;
    if (result) results.set(index, result);
  }
  return results;
}

export const closeSubmission = ({ folder }: Submission): Promise<void> =>
  writeFile(join(folder, 'closed'), '');

/** Removes closed ones, with their logs. */
export async function removeClosed(sweepFolder: string): Promise<void> {
  const folder = submissionsFolder(sweepFolder);
  for (const id of await readdir(folder).catch(() => []))
    if (existsSync(join(folder, id, 'closed'))) await rm(join(folder, id), { recursive: true, force: true });
}
