/**
 * A stage as a process of its own, through zx (the one door to it): own process group, output straight into a log file,
 * only the environment it declared, job and progress over the IPC channel.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { killGroup, stageGroups } from './process-groups.ts';
import type { Assignment, StageMessage } from '../stage.ts';

export interface StageProcess {
  readonly root: string;
  /** Relative to the root. */
  readonly script: string;
  /** Which text is run for which file of the project, for loader.mjs. */
  readonly manifest: string;
  /** Declared environment variables; null where unset. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly assignment: Assignment;
  readonly log: string;
  onStart(pid: number): Promise<void>;
  onMessage(message: StageMessage & { type: 'progress' | 'say' | 'runs-on' }): void;
  /** Aborted with the name of a signal as reason: that signal is passed on, and a second one kills. */
  readonly stop: AbortSignal;
}

export type StageEnd =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string; readonly remedy: string | null }
  /** Its process ended without a message. */
  | { readonly type: 'broke'; readonly how: string };

const GRACE_MS = 3000;
const LOADER = new URL('../code/loader.mjs', import.meta.url).href;
/** CC: which compiler makes the kernel, whose bits do not depend on it. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'GROKSCOPE_THREADS', 'CC'];

/** Runs the stage to its end, and to the end of every process that it started in its group. */
export async function runProcess(stage: StageProcess): Promise<StageEnd> {
  const { $ } = await import('zx');
  const log = await open(stage.log, 'w');
  const loader = `${LOADER}?${encodeURIComponent(stage.manifest)}`;
  const command = [process.execPath, '--import', loader, join(stage.root, stage.script)];
  const running = $({
    cwd: stage.root,
    env: environment(stage.env),
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    detached: true,
    nothrow: true,
    quiet: true,
    shell: '/bin/sh',
    prefix: '',
    postfix: '',
    quote: quoteForShell,
  })`exec ${command}`;
  const child = running.child!;
  const pid = child.pid!;
  stageGroups.add(pid);
  let last: StageEnd | undefined;
  child.on('message', (message: StageMessage) => {
    if (message.type === 'ready')
      void noted.then(() => child.send(stage.assignment, () => {})).catch(() => {}); // awaited below
    else if (message.type === 'done' || message.type === 'failed') last = message;
    else stage.onMessage(message);
  });
  const noted = stage.onStart(pid);
  const unhook = passOn(stage.stop, pid);
  try {
    await noted;
    const { exitCode, signal } = await running;
    if (last?.type === 'failed' || (last?.type === 'done' && exitCode === 0)) return last;
    const how = signal ? `was killed by ${signal}` : `ended with exit code ${exitCode}`;
    return { type: 'broke', how: exitCode === 0 ? 'ended before its work was done' : how };
  } finally {
    unhook();
    killGroup(pid, 'SIGKILL'); // a process that it left behind must not go on writing
    stageGroups.delete(pid);
    await log.close();
  }
}

/** Passes a stop on to a group, and kills it when that does not help. Returns what undoes this. */
function passOn(stop: AbortSignal, pid: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    killGroup(pid, stop.reason as NodeJS.Signals);
    timer = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  if (stop.aborted) onAbort();
  else stop.addEventListener('abort', onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    stop.removeEventListener('abort', onAbort);
  };
}

/** What reaches a stage: where programs and its home are, threads and compiler to use, one locale, one time zone, what it declared. */
function environment(declared: Readonly<Record<string, string | null>>): Record<string, string> {
  const env: Record<string, string> = { LANG: 'C.UTF-8', TZ: 'UTC' };
  for (const name of PASSED_ON) if (process.env[name] !== undefined) env[name] = process.env[name];
  for (const [name, value] of Object.entries(declared)) if (value !== null) env[name] = value;
  return env;
}

const quoteForShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
