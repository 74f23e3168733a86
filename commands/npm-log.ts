/**
 * Finds out what was typed after `npm`. While npm runs a script, its process title no longer shows that, and the
 * environment has no trace of `--only`, `-n` and `-k`. But npm's own log begins with all the words, and it stays open
 * until the script has ended.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** npm may start a script through a shell or two. */
const FARTHEST = 4;
/** If the open files of our npm cannot be listed, a log older than this is not taken for ours. */
const RECENT_MS = 60_000;

/** What the process of a script can find out about its npm. */
export interface Npm {
  /** With shorthands spelled out and `--jobs=2` split into two words; null if npm keeps no log or it cannot be found. */
  readonly typed: readonly string[] | null;
  /** The environment that npm was started with; null if it cannot be read. */
  readonly env: NodeJS.ProcessEnv | null;
}

/** Finds out about the npm that runs `script` with `args`. */
export function lookAtNpm(script: string, args: readonly string[], env: NodeJS.ProcessEnv): Npm {
  try {
    const npm = ancestors().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('npm'));
    if (npm === undefined) return { typed: null, env: null };
    const [log] = openLogs(npm);
    const variables = readFileSync(`/proc/${npm}/environ`, 'utf8').split('\0');
    return { typed: log === undefined ? null : readWords(log), env: parseEnv(variables) };
  } catch {
    return { typed: readRecent(script, args, env), env: null };
  }
}

/** Ids of the ancestors of this process, nearest first. Throws if there is no /proc. */
function ancestors(): number[] {
  const pids = [process.ppid];
  while (pids.length < FARTHEST) {
    const stat = readFileSync(`/proc/${pids.at(-1)}/stat`, 'latin1');
    const parent = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
    if (parent <= 1) break;
    pids.push(parent);
  }
  return pids;
}

function openLogs(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder)
      .map((fd) => readlink(join(folder, fd)))
      .filter((path) => /-debug-0\.log$/.test(path));
  } catch {
    return []; // it belongs to somebody else
  }
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Without /proc: reads the newest log of the last minute whose npm has the same title as ours. */
export function readRecent(script: string, args: readonly string[], env: NodeJS.ProcessEnv): string[] | null {
  const folder = env['npm_config_logs_dir'] ?? join(env['npm_config_cache'] ?? '', '_logs');
  try {
    for (const name of readdirSync(folder).sort().reverse()) {
      const [, day, h, m, s, ms] = /^(.{10}T)(\d\d)_(\d\d)_(\d\d)_(\d{3})Z-debug-0\.log$/.exec(name) ?? [];
      const age = Date.now() - Date.parse(`${day}${h}:${m}:${s}.${ms}Z`);
      if (!(age < RECENT_MS)) continue;
      const path = join(folder, name);
      const [, title = ''] = /^\d+ verbose title (.*)$/m.exec(readFileSync(path, 'utf8')) ?? [];
      if (title.endsWith(` ${[script, ...args].join(' ')}`)) return readWords(path);
    }
  } catch {
    // no logs
  }
  return null;
}

/** `3 verbose argv "run" "pipeline" "--only"` */
function readWords(log: string): string[] | null {
  const [, line] = /^\d+ verbose argv (.*)$/m.exec(readFileSync(log, 'utf8')) ?? [];
  return line?.match(/"(?:[^"\\]|\\.)*"/g)?.map((word) => JSON.parse(word) as string) ?? null;
}

function parseEnv(lines: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
