/** Hands points to Slurm, in as many job arrays as its limit asks for. */
import type { Launch } from './executor.ts';
import { maxArraySize, submitArray } from './slurm-commands.ts';
import type { SlurmSettings } from './slurm-settings.ts';
import { firstOfArray, openSubmission, type Submission } from './submission.ts';
import { taskCommand } from './task.ts';

export async function submitArrays(
  sweepFolder: string,
  sweep: string,
  { partition, time, memory, account, cpus = 1, flags = [] }: SlurmSettings,
  launch: Launch,
  about: Pick<Submission, 'executor' | 'points' | 'attempt'>,
): Promise<Submission> {
  const array_size = await maxArraySize();
  const submission = await openSubmission(sweepFolder, launch.file, { ...about, array_size });
  const command = taskCommand(launch, sweep, submission).map(quote).join(' ');
  for (let first = 0; first < about.points.length; first += array_size) {
    const task = `"${submission.id}:$((${first} + SLURM_ARRAY_TASK_ID)):\${SLURM_CPUS_PER_TASK:-1}"`;
    const script = [
      '#!/bin/sh',
      'unset npm_lifecycle_event', // its parent is a process of Slurm, not npm
      'echo "task $SLURM_ARRAY_TASK_ID of job $SLURM_ARRAY_JOB_ID, start $((1 + ${SLURM_RESTART_COUNT:-0}))"',
      `exec ${command} ${task}`,
    ];
    const args = [
      `--output=${submission.folder}/log-${first}-%a.txt`,
      '--open-mode=append',
      '--requeue',
      '--ntasks=1',
      `--cpus-per-task=${cpus}`,
      `--chdir=${launch.root}`,
      ...(partition === undefined ? [] : [`--partition=${partition}`]),
      ...(time === undefined ? [] : [`--time=${time}`]),
      ...(memory === undefined ? [] : [`--mem=${memory}`]),
      ...(account === undefined ? [] : [`--account=${account}`]),
      ...flags,
    ];
    const size = Math.min(array_size, about.points.length - first);
    await submitArray(jobName(submission, first), size, args, `${script.join('\n')}\n`);
  }
  return submission;
}

/** The job array of the point `index`, and the point's number within it. */
export function taskOf(submission: Submission, index: number): { job: string; index: number } {
  const first = firstOfArray(submission, index);
  return { job: jobName(submission, first), index: index - first };
}

const jobName = ({ id }: Submission, first: number): string => `grokscope-${id}-${first}`;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
