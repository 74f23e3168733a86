/**
 * Points that were handed to a batch system, as files that any later process finds in
 * `artifacts/sweeps/<name>/.submissions/<id>/`:
 *   submission.json   the executor and its points, in order; written before the batch system gets them
 *   pipeline.yaml     the copy that tasks and collectors read
 *   <index>.json      how that point ended; written whole by its task, and the only proof that it has ended
 *   log-<first>-<task>.txt   what a task prints; `first` is the index of the point that is task 0 of its array
 *   closed            written when all points have ended and were gathered
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../files/failure.ts';
import { readJson, writeJson } from '../../files/whole-file.ts';
import { sortByPlan } from '../plan-point.ts';
import type { Site } from '../site.ts';
import type { Sweep } from '../sweep.ts';
import type { Ending } from './executor.ts';

export interface Submission {
  readonly id: string;
  readonly folder: string;
  /** Name of the executor that gathers it. */
  readonly executor: string;
  /** Names of points. */
  readonly points: readonly string[];
  /** 1, and one more each time points were lost. */
  readonly attempt: number;
  /** Most points in one job array, as the batch system has a limit. */
  readonly array_size: number;
}

/** What a task leaves behind. */
export type TaskResult = Pick<Ending, 'seconds' | 'detail'> & {
  readonly outcome: 'known' | 'ran' | 'failed';
};

const ID = /^[0-9a-f]{12}$/;

const submissionsFolder = (sweepFolder: string): string => join(sweepFolder, '.submissions');
export const snapshotPath = ({ folder }: Pick<Submission, 'folder'>): string => join(folder, 'pipeline.yaml');

/** Index of the first point in the array of the point `index`. */
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
  about: Omit<Submission, 'id' | 'folder'>,
): Promise<Submission> {
  const id = randomBytes(6).toString('hex');
  const folder = join(submissionsFolder(sweepFolder), id);
  await mkdir(folder, { recursive: true });
  await copyFile(pipelineFile, snapshotPath({ folder }));
  await writeJson(join(folder, 'submission.json'), { ...about, submitted: new Date().toISOString() });
  return { id, folder, ...about };
}

/** Submissions that are not closed, oldest first. */
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

/** Throws a Failure if a point is neither known nor in an open submission, as nothing would ever end it. */
export async function refuseUnsubmitted(
  site: Site,
  sweep: Sweep,
  open: readonly Submission[],
): Promise<void> {
  const { unknown } = await sortByPlan(site, pointsNotIn(open, sweep));
  if (unknown.length > 0)
    throw new Failure(
      `${unknown.length} of ${sweep.points.length} points are neither known nor submitted (${unknown[0]!.name})`,
      `run \`npm run sweep -- ${sweep.name}\` without --collect`,
    );
}

/** Points of the sweep that are in none of these submissions. */
export function pointsNotIn(submissions: readonly Submission[], { points }: Sweep): Sweep['points'] {
  const submitted = new Set(submissions.flatMap((each) => each.points));
  return points.filter(({ name }) => !submitted.has(name));
}

export const writeTaskResult = (submission: Submission, index: number, result: TaskResult): Promise<void> =>
  writeJson(resultPath(submission, index), result);

/** Results of tasks that have ended, by index. Listing the folder first makes new files visible over NFS. */
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

/** Removes closed submissions with their logs. */
export async function removeClosed(sweepFolder: string): Promise<void> {
  const folder = submissionsFolder(sweepFolder);
  for (const id of await readdir(folder).catch(() => []))
    if (existsSync(join(folder, id, 'closed'))) await rm(join(folder, id), { recursive: true, force: true });
}
