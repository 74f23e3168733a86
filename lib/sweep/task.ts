/** A task of Slurm: one point, and its result where any collector finds it. */
import { hostname } from 'node:os';
import { describeFailure, Failure } from '../files/failure.ts';
import type { Sweep } from './definition.ts';
import { runPoint } from './run-point.ts';
import type { Site } from './site.ts';
import { readSubmission, writeTaskResult } from './submission.ts';

/** `name`: `<submission>:<point of task 0>`. `stopped`: it goes on when it is started again. */
export async function runTask(
  site: Site,
  sweep: Sweep,
  name: string,
  stop: AbortSignal,
): Promise<'done' | 'failed' | 'stopped'> {
  const [id = '', first] = name.split(':');
  const index = Number(first) + Number(process.env['SLURM_ARRAY_TASK_ID']);
  const submission = await readSubmission(site.folder, id);
  const point = sweep.points.find((each) => each.name === submission?.points[index]);
  if (!submission || !point) throw new Failure(`there is no task ${name}, point ${index}, in ${site.folder}`);
  const starts = 1 + Number(process.env['SLURM_RESTART_COUNT'] ?? 0);
  console.log(`${new Date().toISOString()} ${hostname()}: ${point.name}, start ${starts}`);
  const threads = Number(process.env['SLURM_CPUS_PER_TASK']) || 1;
  const ending = await runPoint(
    site,
    point,
    threads,
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
  // A point that a signal ended has not failed. It leaves no result, so it is submitted again.
  if (outcome === 'failed' && detail.some((line) => / was killed by SIG/.test(line))) return outcome;
  await writeTaskResult(submission, index, { outcome, seconds, detail });
  return outcome === 'failed' ? outcome : 'done';
}
