/**
 * Runs a stage as a process in a group of its own, with only the environment that it declared. Its output goes into a log
 * file, its job and progress over the IPC channel. Only this file imports zx.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { killGroup, stageGroups } from './process-groups.ts';
import type { Assignment, StageMessage } from '../stage.ts';

export interface StageProcess {
  readonly root: string;
  /** Relative to the root. */
  readonly script: string;
  /** For loader.mjs: which text to run for which file of the project. */
  readonly manifest: string;
  /** Declared environment variables; null where unset. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly assignment: Assignment;
  readonly log: string;
  onStart(pid: number): Promise<void>;
  onMessage(message: StageMessage & { type: 'progress' | 'say' | 'show' | 'runs-on' }): void;
  /** Aborted with the name of a signal as reason, which is passed on to the stage. */
  readonly stop: AbortSignal;
}

export type StageEnd =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly message: string; readonly remedy: string | null }
  /** The process ended without a message. */
  | { readonly type: 'broke'; readonly how: string };

const GRACE_MS = 3000;
const LOADER = new URL('../code/loader.mjs', import.meta.url).href;
/**
 * CC names the compiler that builds the kernel; results do not depend on it. NODE_COMPILE_CACHE is where Node keeps compiled
 * modules, by path and text.
 */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'GROKSCOPE_THREADS', 'CC', 'NODE_COMPILE_CACHE'];

/** Runs the stage to its end, then kills every process that it left behind. */
export async function runProcess(stage: StageProcess): Promise<StageEnd> {
  const { $ } = await import('zx/core'); // without what zx brings along for scripts, which takes as long again to load
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
      void noted.then(() => child.send(stage.assignment, () => {})).catch(() => {}); // errors are handled below
    else if (message.type === 'done' || message.type === 'failed') last = message;
    else stage.onMessage(message);
  });
  const noted = stage.onStart(pid);
  const stopForwarding = forwardStop(stage.stop, pid);
  try {
    await noted;
    const { exitCode, signal } = await running;
    if (last?.type === 'failed' || (last?.type === 'done' && exitCode === 0)) return last;
    const how = signal ? `was killed by ${signal}` : `ended with exit code ${exitCode}`;
    return { type: 'broke', how: exitCode === 0 ? 'ended before its work was done' : how };
  } finally {
    stopForwarding();
    killGroup(pid, 'SIGKILL'); // a process left behind must not go on writing
    stageGroups.delete(pid);
    await log.close();
  }
}

/** Passes the signal to stop on to a group, and kills it some seconds later. Returns a function that undoes this. */
function forwardStop(stop: AbortSignal, pid: number): () => void {
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

/** The environment of a stage: a few variables of ours, one locale, one time zone, and the variables it declared. */
function environment(declared: Readonly<Record<string, string | null>>): Record<string, string> {
  const env: Record<string, string> = { LANG: 'C.UTF-8', TZ: 'UTC' };
  for (const name of INHERITED) if (process.env[name] !== undefined) env[name] = process.env[name];
  for (const [name, value] of Object.entries(declared)) if (value !== null) env[name] = value;
  return env;
}

const quoteForShell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
