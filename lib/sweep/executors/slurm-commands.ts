/**
 * Slurm's commands. Any of them may fail while the controller restarts, so a failure proves nothing. An sbatch that
 * failed may have been carried out all the same, so its job is looked up by name before it is submitted again.
 */
import { execFile, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Failure } from '../../files/failure.ts';

const execute = promisify(execFile);

/** A task of a job array, as Slurm lists it. */
export interface Task {
  /** Name of the job array (`--job-name`). */
  readonly job: string;
  /** `123_4`, as scontrol takes it. */
  readonly id: string;
  readonly index: number;
  readonly state: string;
  readonly reason: string;
}

const TRIES = 6;
const TRANSIENT = /timed out|unable to contact|temporarily|connection refused|try again/i;

/** Submits a script as an array of `size` tasks. If Slurm refuses, throws a Failure with its words. */
export async function submitArray(
  job: string,
  size: number,
  args: readonly string[],
  script: string,
): Promise<void> {
  const all = ['--parsable', `--job-name=${job}`, `--array=0-${size - 1}`, ...args];
  for (let tries = 1; ; tries++) {
    const { code, said } = await feed('sbatch', all, script);
    if (code === 0) return;
    if (!TRANSIENT.test(said) || tries === TRIES) throw refusal(said.trim().split('\n'));
    await sleep(1000 * 2 ** tries);
    if (((await listTasks([job])) ?? []).length > 0) return;
  }
}

const refusal = ([first = '', ...more]: readonly string[]): Failure =>
  new Failure(`sbatch refused: ${first}`, [...more, 'see `slurm:` of the sweep in pipeline.yaml'].join('\n'));

/** The tasks of these arrays; Slurm lists ended ones for some minutes. Null if it did not answer. */
export async function listTasks(jobs: readonly string[]): Promise<Task[] | null> {
  const format = '--format=%j|%F|%K|%T|%r';
  const args = ['--array', '--states=all', '--noheader', format, `--name=${jobs.join(',')}`];
  const answer = await execute('squeue', args, { maxBuffer: 1 << 28 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        throw new Failure('squeue is not installed here', 'use a host that submits to Slurm');
      return null;
    },
  );
  return (
    answer &&
    answer.stdout.split('\n').flatMap((line) => {
      const [job = '', array = '', index = '', state = '', reason = ''] = line.trim().split('|');
      return state === '' ? [] : [{ job, id: `${array}_${index}`, index: Number(index), state, reason }];
    })
  );
}

/** Releases a task that is on hold. */
export async function releaseTask({ id }: Task): Promise<void> {
  await execute('scontrol', ['release', id]).catch(() => {});
}

/** How many tasks an array may have; Slurm's default of 1001 if it does not answer. */
export async function maxArraySize(): Promise<number> {
  const answer = await execute('scontrol', ['show', 'config']).catch(() => null);
  return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(answer?.stdout ?? '')?.[1] ?? 1001);
}

function feed(
  program: string,
  args: readonly string[],
  input: string,
): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stdout.resume();
    child.stdin.on('error', () => {}); // it ended before it had read all: its exit code says why
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') reject(error);
      else reject(new Failure(`${program} is not installed here`, 'use a host that submits to Slurm'));
    });
    child.on('close', (code) => resolve({ code: code ?? 1, said }));
    child.stdin.end(input);
  });
}
