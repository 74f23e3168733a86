/** Waits until every submitted point has ended, and submits again those whose tasks ended without a result. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tailOfLog } from '../../files/log-tail.ts';
import { shortPath } from '../../files/short-path.ts';
import type { Point } from '../points.ts';
import type { Sweep } from '../sweep.ts';
import type { Ending, Watcher } from './executor.ts';
import { listTasks, releaseTask, type Task } from './slurm-commands.ts';
import { taskOf } from './slurm-submit.ts';
import { closeSubmission, logPath, readTaskResults, type Submission } from './submission.ts';

const LOOK_MS = 1000;
const ASK_MS = 4000;
/** A task that Slurm no longer has counts as lost only after this time, as results may arrive late on a shared file system. */
const GRACE_MS = 10_000;
const MOST_ATTEMPTS = 5;
const ENDED = /^(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY|BOOT_FAIL|DEADLINE|PREEMPTED)/;

/** A point that has not ended, and its last submission. */
interface Awaited {
  readonly point: Point;
  readonly submission: Submission;
  readonly index: number;
  /** When Slurm was first found to have no task for it (ms); null while it has one. */
  missing: number | null;
  /** The state that Slurm last gave. */
  state: string;
}

/** Submits points; `attempt` is 1 for the first time. */
export type Submit = (points: readonly Point[], attempt: number) => Promise<Submission>;

export class SlurmWait {
  readonly #sweep: Sweep;
  readonly #watcher: Watcher;
  readonly #submissions: Submission[];
  readonly #submit: Submit;
  readonly #awaited = new Map<string, Awaited>();

  constructor(sweep: Sweep, watcher: Watcher, open: readonly Submission[], submit: Submit) {
    this.#sweep = sweep;
    this.#watcher = watcher;
    this.#submissions = [...open];
    this.#submit = submit;
    for (const submission of open) this.#addPoints(submission);
  }

  async untilAllEnded(): Promise<void> {
    let asked = -Infinity;
    while (!this.#watcher.stop.aborted) {
      await this.#readResults();
      if (this.#awaited.size === 0) {
        for (const submission of this.#submissions) await closeSubmission(submission);
        return;
      }
      if (performance.now() - asked > ASK_MS) {
        await this.#askSlurm();
        asked = performance.now();
      }
      await sleep(LOOK_MS, undefined, { signal: this.#watcher.stop }).catch(() => {});
    }
  }

  #addPoints(submission: Submission): void {
    for (const [index, name] of submission.points.entries()) {
      const point = this.#sweep.points.find((each) => each.name === name);
      if (point) this.#awaited.set(name, { point, submission, index, missing: null, state: '' });
    }
  }

  #end({ point }: Awaited, ending: Omit<Ending, 'point'>): void {
    this.#awaited.delete(point.name);
    this.#watcher.onEnd({ ...ending, point });
  }

  /** Looks for results in every submission, as a task that was taken for lost may have ended after all. */
  async #readResults(): Promise<void> {
    for (const submission of this.#submissions) {
      const awaitedAt = (index: number): Awaited | undefined =>
        this.#awaited.get(submission.points[index] ?? '');
      const results = await readTaskResults(submission, (index) => awaitedAt(index) !== undefined);
      for (const [index, result] of results) this.#end(awaitedAt(index)!, result);
    }
  }

  async #askSlurm(): Promise<void> {
    const awaited = [...this.#awaited.values()];
    const tasks = await listTasks([
      ...new Set(awaited.map(({ submission, index }) => taskOf(submission, index)).map(({ job }) => job)),
    ]);
    if (!tasks) return;
    const byPlace = new Map(tasks.map((task) => [`${task.job} ${task.index}`, task]));
    const lost: Awaited[] = [];
    for (const each of awaited) {
      const { job, index } = taskOf(each.submission, each.index);
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
    await this.#readResults();
    await this.#onLost(lost.filter(({ point }) => this.#awaited.has(point.name)));
  }

  async #onLiving({ point }: Awaited, task: Task): Promise<void> {
    if (task.state === 'RUNNING')
      this.#watcher.onEvent(point, {
        type: 'progress',
        stage: `task ${task.id}`,
        action: 'running',
        done: 0,
        total: 0,
        note: '',
      });
    // Slurm may hold a task after a restart of its controller. What a person has put on hold stays on hold.
    if (/held/i.test(task.reason) && !/JobHeldUser|JobHeldAdmin/.test(task.reason)) await releaseTask(task);
  }

  async #onLost(lost: readonly Awaited[]): Promise<void> {
    const again: Awaited[] = [];
    for (const each of lost) {
      const { submission, index, state } = each;
      const log = logPath(submission, index);
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
    this.#watcher.onNote(`${again.length} tasks ended without a result: submitted again`);
    const points = again.map(({ point }) => point);
    const submission = await this.#submit(points, attempt);
    this.#submissions.push(submission);
    this.#addPoints(submission);
  }
}
