/**
 * What sections work with: a temporary folder, and a process group for each program that they start. Neither outlives the
 * bench, however it ends.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Failure } from '../lib/files/failure.ts';
import { defaultThreads } from '../lib/engines/threads.ts';
import { killGroup, killStages } from '../lib/runner/runner.ts';

export const repository = fileURLToPath(new URL('..', import.meta.url));
export const TYPESCRIPT = import.meta.resolve('../lib/files/typescript.mjs');

/** The time from SIGTERM to SIGKILL: longer than the three seconds that the runner gives its stages. */
const GRACE_MS = 5000;

export interface Ran {
  /** Of the whole process. */
  readonly ms: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Workbench {
  readonly threads = defaultThreads();
  /** Aborted with the name of a signal as reason. */
  readonly stop: AbortSignal;
  /** A Python with PyTorch to compare with, or null. */
  readonly peer: string | null;
  readonly #root = mkdtempSync(join(tmpdir(), 'grokscope-bench-'));
  readonly #groups = new Set<number>();
  readonly #onExit = (): void => this.close();

  constructor(stop: AbortSignal, peer: string | null) {
    this.stop = stop;
    this.peer = peer;
    process.once('exit', this.#onExit);
  }

  /** A new empty folder. */
  folder(): Promise<string> {
    return mkdtemp(join(this.#root, 'folder-'));
  }

  /** Starts a program in the repository. When the bench is stopped, it is ended with all that it started in its group. */
  spawn(program: string, args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
    this.stop.throwIfAborted();
    const child = spawn(program, args, { cwd: repository, env: withoutNpm(process.env), detached: true });
    const { pid } = child;
    if (pid === undefined) return child; // its `error` event says why
    this.#groups.add(pid);
    let timer: NodeJS.Timeout | undefined;
    const onStop = (): void => {
      killGroup(pid, 'SIGTERM');
      timer = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
    };
    this.stop.addEventListener('abort', onStop, { once: true });
    child.once('close', () => {
      clearTimeout(timer);
      this.stop.removeEventListener('abort', onStop);
      this.#groups.delete(pid);
    });
    return child;
  }

  /** Runs a program to its end. If it fails, throws Failure with the last lines of its output. */
  async run(program: string, args: readonly string[]): Promise<Ran> {
    const begin = performance.now();
    const child = this.spawn(program, args);
    child.stdin.end();
    const output = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    const ms = performance.now() - begin;
    const [stdout, stderr] = await output;
    this.stop.throwIfAborted();
    const words = [basename(program), ...args].join(' ');
    if (code !== 0) throw new Failure(`${words} ended with ${signal ?? code}`, tail(stderr || stdout));
    return { ms, stdout, stderr };
  }

  /** Runs a script of this project in a process of its own. */
  node(script: string, ...args: readonly string[]): Promise<Ran> {
    return this.run(process.execPath, ['--import', TYPESCRIPT, join(repository, script), ...args]);
  }

  /** Kills what still runs, and removes the folder. */
  close(): void {
    process.removeListener('exit', this.#onExit);
    killStages();
    for (const pid of this.#groups) killGroup(pid, 'SIGKILL');
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** The environment without the variables by which npm tells this process about itself. */
const withoutNpm = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('npm_')));

const tail = (output: string): string => output.trimEnd().split('\n').slice(-8).join('\n');
