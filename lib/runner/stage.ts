/**
 * The stage's side of a run. A stage file is a script that calls `stage(params, body)` once. The runner starts it as a
 * process of its own, sends the job and reads progress over the IPC channel. What the stage prints goes into its log. The
 * process ends when its runner is gone. Every stage imports this file: a change here makes every stage stale.
 */
import { relative } from 'node:path';
import { describeError } from '../files/failure.ts';
import { guardConsole, visible } from '../files/visible.ts';
import type { Fields, ParamsSchema, Values } from './schema.ts';

/** What a stage gets. */
export interface Job<P> {
  readonly params: P;
  /** What the stage said it would run on, as its key has it: it must run on that or fail. */
  readonly identity: Readonly<Record<string, string>>;
  /** Name of a needed stage -> absolute path of its finished folder, which must not be changed. */
  readonly needs: Readonly<Record<string, string>>;
  /** Absolute path of an empty folder. All bytes written there must follow from the key: no time, no path, no log. */
  readonly out: string;
  /** Absolute path of a folder that may hold what an earlier attempt with the same key left behind. */
  readonly resume_dir: string;
  /** Reports progress as `done` of `total`, with a few words. Calls may be as frequent as the stage likes. */
  progress(done: number, total: number, note?: string): void;
  /** Says what the stage computes with, for its log and its record. Results may depend on it only through `identity`. */
  runsOn(what: Readonly<Record<string, string>>): void;
  /** Shows plain data to watch while the stage works. It replaces what was shown before and goes when the stage ends. */
  show(what: object): void;
  /** Shows a line on the terminal as well as in the log. */
  say(line: string): void;
}

/** What the runner sends: the job as plain data. */
export type Assignment = Omit<Job<unknown>, 'progress' | 'runsOn' | 'say' | 'show'>;

/** What the stage sends. It has succeeded when it has sent `done` and its process has ended with 0. */
export type StageMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly done: number; readonly total: number; readonly note: string }
  | { readonly type: 'runs-on'; readonly what: Readonly<Record<string, string>> }
  | { readonly type: 'say'; readonly line: string }
  | { readonly type: 'show'; readonly what: object }
  | { readonly type: 'done' }
  /** An expected failure has a remedy, maybe empty. Null means a bug, whose stack is in the log. */
  | { readonly type: 'failed'; readonly message: string; readonly remedy: string | null };

const PROGRESS_EVERY_MS = 100;

type Body = (job: Job<never>) => Promise<void>;

let run: (body: Body) => Promise<void> = runAsProcess;

/** From now on, imported stage files hand their bodies to `other`, so that a test can run stages in its own process. */
export function handBodiesTo(other: (body: Body) => Promise<void>): void {
  run = other;
}

/** Runs `body` on the job that the runner sends, and ends the process. Call it once, at the top level of a stage file. */
export function stage<F extends Fields>(
  _schema: ParamsSchema<F>,
  body: (job: Job<Values<F>>) => Promise<void>,
): Promise<void> {
  return run(body);
}

async function runAsProcess(body: Body): Promise<void> {
  if (!process.send) {
    console.error('a stage is started by the runner: npm run pipeline -- STAGE');
    process.exit(2);
  }
  guardConsole();
  process.once('disconnect', endGroup);
  const assigned = new Promise<Assignment>((resolve) => process.once('message', resolve));
  void send({ type: 'ready' });
  const assignment = await assigned;
  try {
    const params = assignment.params as never;
    await body({ ...assignment, params, progress: throttled(), runsOn, say, show });
  } catch (error) {
    const { message, remedy } = describeError(error, relative('', process.argv[1]!));
    console.error(error instanceof Error && 'remedy' in error ? `${visible(message)}\n${remedy}` : error);
    await send({ type: 'failed', message, remedy });
    process.exit(1);
  }
  await send({ type: 'done' });
  process.exit(0);
}

/** Called when the runner is gone: ends this process and all that it started, which are one process group. */
function endGroup(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } finally {
    process.exit(1);
  }
}

function send(message: StageMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

function runsOn(what: Readonly<Record<string, string>>): void {
  console.log(
    `runs on: ${Object.entries(what)
      .map((pair) => pair.join(' '))
      .join(', ')}`,
  );
  void send({ type: 'runs-on', what });
}

function say(line: string): void {
  console.log(visible(line));
  void send({ type: 'say', line });
}

const show = (what: object): void => void send({ type: 'show', what });

function throttled(): Job<unknown>['progress'] {
  let sent = -Infinity;
  return (done, total, note = '') => {
    const now = performance.now();
    if (now - sent < PROGRESS_EVERY_MS && done < total) return;
    sent = now;
    void send({ type: 'progress', done, total, note });
  };
}
