/**
 * Points as tasks of Slurm's job arrays. A point has ended when its task has published a result; what Slurm says of a task
 * only tells when to stop waiting for one. Tasks that ended without a word are submitted again and go on from their
 * checkpoint. See submission.ts for what any later process finds.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../files/failure.ts';
import { tailOfLog } from '../files/log-tail.ts';
import { shortPath } from '../files/short-path.ts';
import type { Sweep } from './definition.ts';
import type { Ending, Executor, Watching } from './executor.ts';
import { planPoint } from './plan-point.ts';
import type { Point } from './points.ts';
import { runPoint } from './run-point.ts';
import type { Site } from './site.ts';
import { listTasks, maxArraySize, releaseTask, submitArray, type Task } from './slurm-commands.ts';
import * as submissions from './submission.ts';
import type { Submission } from './submission.ts';

export interface SlurmOptions {
  /** `submit` returns when Slurm has the tasks; `collect` submits only what was lost. */
  readonly mode: 'wait' | 'submit' | 'collect';
  /** pipeline.yaml. */
  readonly file: string;
  readonly root: string;
  readonly artifacts: string;
  readonly cache: string;
  /** What a task starts: the command `sweep`. */
  readonly command: string;
}

const LOOK_MS = 1000;
const ASK_MS = 4000;
/** From when Slurm no longer has a task until it counts as lost: results may be late on a shared file system. */
const GRACE_MS = 10_000;
const MOST_ATTEMPTS = 5;
const ENDED = /^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY|BOOT_FAIL|DEADLINE|PREEMPTED)/;

export const createSlurm = (options: SlurmOptions): Executor => ({
  async run(site, sweep, watching) {
    const open = await submissions.readSubmissions(site.folder);
    await refuseOthers(open, options.file);
    const handed = new Set(open.flatMap(({ points }) => points));
    const rest = sweep.points.filter(({ name }) => !handed.has(name));
    const known: Point[] = [];
    const unknown: Point[] = [];
    for (const point of rest) ((await planPoint(site, point)) === 'known' ? known : unknown).push(point);
    if (options.mode === 'collect' && unknown.length > 0)
      throw new Failure(
        `${unknown.length} of ${sweep.points.length} points are neither known nor submitted (${unknown[0]!.name})`,
        `run \`npm run sweep -- ${sweep.name}\` without --collect`,
      );
    if (unknown.length > 0) {
      if (open.length === 0) await submissions.removeClosed(site.folder);
      open.push(await submit(site, sweep, options, unknown, 1));
      watching.onNote(`${unknown.length} points submitted to Slurm`);
    }
    if (options.mode === 'submit') return;
    for (const point of known)
      watching.onEnd(
        await runPoint(site, point, 1, (event) => watching.onEvent(point, event), watching.stop),
      );
    await new Wait(site, sweep, options, watching, open).untilAllEnded();
  },
});

/** Points that were submitted from another pipeline.yaml are not those of this one. */
async function refuseOthers(open: readonly Submission[], file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  for (const submission of open)
    if ((await readFile(submissions.snapshotPath(submission), 'utf8')) !== text)
      throw new Failure(
        'pipeline.yaml has changed since this sweep was submitted',
        'gather what was submitted first, with --collect',
      );
}

/** Hands points to Slurm, in as many arrays as its limit asks for. */
async function submit(
  site: Site,
  { name, slurm }: Sweep,
  { file, root, artifacts, cache, command }: SlurmOptions,
  points: readonly Point[],
  attempt: number,
): Promise<Submission> {
  const names = points.map((point) => point.name);
  const most = await maxArraySize();
  const submission = await submissions.openSubmission(site.folder, file, names, attempt, most);
  const { partition, time, memory, account, cpus = 1, flags = [] } = slurm;
  for (let first = 0; first < points.length; first += most) {
    const task = ['--task', `${submission.id}:${first}`, '--artifacts', artifacts, '--cache', cache];
    const words = [process.execPath, '--import', import.meta.resolve('tsx'), command, name, ...task];
    const snapshot = submissions.snapshotPath(submission);
    const script = [
      '#!/bin/sh',
      'unset npm_lifecycle_event', // the parent to watch is Slurm's, not npm
      `exec ${[...words, '--file', snapshot].map(quote).join(' ')}`,
    ];
    const args = [
      `--output=${submission.folder}/log-${first}-%a.txt`,
      '--open-mode=append',
      '--requeue',
      '--ntasks=1',
      `--cpus-per-task=${cpus}`,
      `--chdir=${root}`,
      ...(partition === undefined ? [] : [`--partition=${partition}`]),
      ...(time === undefined ? [] : [`--time=${time}`]),
      ...(memory === undefined ? [] : [`--mem=${memory}`]),
      ...(account === undefined ? [] : [`--account=${account}`]),
      ...flags,
    ];
    const size = Math.min(most, points.length - first);
    await submitArray(jobName(submission, first), size, args, `${script.join('\n')}\n`);
  }
  return submission;
}

const jobName = ({ id }: Submission, first: number): string => `grokscope-${id}-${first}`;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A point that has not ended, and the last submission that has it. */
interface Awaited {
  readonly point: Point;
  readonly submission: Submission;
  readonly index: number;
  /** Since when Slurm has no living task for it (ms); null while it has. */
  missing: number | null;
  /** What Slurm last called it. */
  state: string;
}

class Wait {
  readonly #site: Site;
  readonly #sweep: Sweep;
  readonly #options: SlurmOptions;
  readonly #watching: Watching;
  readonly #submissions: Submission[];
  readonly #awaited = new Map<string, Awaited>();

  constructor(site: Site, sweep: Sweep, options: SlurmOptions, watching: Watching, open: Submission[]) {
    this.#site = site;
    this.#sweep = sweep;
    this.#options = options;
    this.#watching = watching;
    this.#submissions = open;
    for (const submission of open) this.#await(submission);
  }

  async untilAllEnded(): Promise<void> {
    let asked = -Infinity;
    while (!this.#watching.stop.aborted) {
      await this.#look();
      if (this.#awaited.size === 0) {
        for (const submission of this.#submissions) await submissions.closeSubmission(submission);
        return;
      }
      if (performance.now() - asked > ASK_MS) {
        await this.#ask();
        asked = performance.now();
      }
      await sleep(LOOK_MS, undefined, { signal: this.#watching.stop }).catch(() => {});
    }
  }

  #await(submission: Submission): void {
    for (const [index, name] of submission.points.entries()) {
      const point = this.#sweep.points.find((each) => each.name === name);
      if (point) this.#awaited.set(name, { point, submission, index, missing: null, state: '' });
    }
  }

  #end({ point }: Awaited, ending: Omit<Ending, 'point'>): void {
    this.#awaited.delete(point.name);
    this.#watching.onEnd({ ...ending, point });
  }

  /** Results of any submission count: a task that was thought lost may still have ended well. */
  async #look(): Promise<void> {
    for (const submission of this.#submissions) {
      const awaitedAt = (index: number): Awaited | undefined =>
        this.#awaited.get(submission.points[index] ?? '');
      const results = await submissions.readTaskResults(
        submission,
        (index) => awaitedAt(index) !== undefined,
      );
      for (const [index, result] of results) this.#end(awaitedAt(index)!, result);
    }
  }

  async #ask(): Promise<void> {
    const awaited = [...this.#awaited.values()];
    const tasks = await listTasks([...new Set(awaited.map(taskOf).map(({ job }) => job))]);
    if (!tasks) return;
    const byPlace = new Map(tasks.map((task) => [`${task.job} ${task.index}`, task]));
    const lost: Awaited[] = [];
    for (const each of awaited) {
      const { job, index } = taskOf(each);
      const task = byPlace.get(`${job} ${index}`);
      if (task && !ENDED.test(task.state)) {
        each.missing = null;
        await this.#onLiving(each, task);
        continue;
      }
      each.missing ??= performance.now();
      each.state = task?.state ?? each.state;
      if (performance.now() - each.missing > GRACE_MS) lost.push(each);
    }
    if (lost.length === 0) return;
    await this.#look();
    await this.#onLost(lost.filter(({ point }) => this.#awaited.has(point.name)));
  }

  async #onLiving({ point }: Awaited, task: Task): Promise<void> {
    if (task.state === 'RUNNING')
      this.#watching.onEvent(point, {
        type: 'progress',
        stage: `task ${task.id}`,
        action: 'running',
        done: 0,
        total: 0,
        note: '',
      });
    // As after a restart of the controller; what a person holds stays held.
    if (/held/i.test(task.reason) && !/JobHeldUser|JobHeldAdmin/.test(task.reason)) await releaseTask(task);
  }

  async #onLost(lost: readonly Awaited[]): Promise<void> {
    const again: Awaited[] = [];
    for (const each of lost) {
      const { submission, index, state } = each;
      const log = submissions.logPath(submission, index);
      const fail = async (why: string): Promise<void> => {
        const tail = await tailOfLog(log).catch(() => []);
        this.#end(each, { outcome: 'failed', seconds: 0, detail: [why, ...tail, `log: ${shortPath(log)}`] });
      };
      if (state.startsWith('CANCELLED')) await fail('the task was cancelled');
      else if (submission.attempt >= MOST_ATTEMPTS)
        await fail(`the task ended ${MOST_ATTEMPTS} times without a result${state && ` (${state})`}`);
      else again.push(each);
    }
    if (again.length === 0) return;
    const attempt = 1 + Math.max(...again.map(({ submission }) => submission.attempt));
    this.#watching.onNote(`${again.length} tasks ended without a result: submitted again`);
    const points = again.map(({ point }) => point);
    const submission = await submit(this.#site, this.#sweep, this.#options, points, attempt);
    this.#submissions.push(submission);
    this.#await(submission);
  }
}

/** Where a point is among Slurm's tasks. */
function taskOf({ submission, index }: Awaited): { job: string; index: number } {
  const first = submissions.firstOfArray(submission, index);
  return { job: jobName(submission, first), index: index - first };
}
