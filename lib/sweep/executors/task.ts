/** A task of a batch system: runs one point and writes its result into the folder of the submission. */
import { hostname } from 'node:os';
import { describeFailure, Failure } from '../../files/failure.ts';
import { runPoint } from '../run-point.ts';
import type { Site } from '../site.ts';
import type { Sweep } from '../sweep.ts';
import type { Launch } from './executor.ts';
import { readSubmission, snapshotPath, writeTaskResult, type Submission } from './submission.ts';

/** The command line of a task, to be followed by `<id of the submission>:<index of the point>:<threads>`. */
export const taskCommand = (launch: Launch, sweep: string, submission: Submission): string[] => [
  ...[process.execPath, '--import', import.meta.resolve('../../files/typescript.mjs'), launch.script, sweep],
  ...['--file', snapshotPath(submission), '--artifacts', launch.artifacts, '--cache', launch.cache],
  '--task',
];

/** `task` is the last word of its command line. After `stopped` it goes on when it is started again. */
export async function runTask(
  site: Site,
  sweep: Sweep,
  task: string,
  stop: AbortSignal,
): Promise<'done' | 'failed' | 'stopped'> {
  const [, id = '', index, threads] = /^([^:]+):(\d+):(\d+)$/.exec(task) ?? [];
  const submission = await readSubmission(site.folder, id);
  const point = sweep.points.find(({ name }) => name === submission?.points[Number(index)]);
  if (!submission || !point) throw new Failure(`there is no task ${task} in ${site.folder}`);
  console.log(`${new Date().toISOString()} ${hostname()}: ${point.name}`);
  const ending = await runPoint(
    site,
    point,
    Number(threads),
    (event) => {
      if (event.type === 'end') console.log(`${event.stage} ${event.outcome} ${event.seconds.toFixed(1)} s`);
    },
    stop,
  ).catch((error: unknown) => {
    return { outcome: 'failed' as const, seconds: 0, detail: describeFailure(error) };
  });
  const { outcome, seconds, detail } = ending;
  for (const line of detail) console.log(line);
  if (outcome === 'stopped') return outcome;
  // A stage that was killed has not failed. Without a result, its point is submitted again.
  if (outcome === 'failed' && detail.some((line) => / was killed by SIG/.test(line))) return outcome;
  await writeTaskResult(submission, Number(index), { outcome, seconds, detail });
  return outcome === 'failed' ? outcome : 'done';
}
