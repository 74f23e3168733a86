// The cache: a run with nothing to do, and restoring every stage beside `cp -r` of the same files. The files are those of
// the real pipeline in a temporary folder, short in epochs and rich in checkpoints, so that they are as big as the real ones.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from './runs.ts';

const ROUNDS = 7;
/** A file younger than two seconds is read each time: its time stamps could hide a later change. */
const OLD_MS = 2500;
const PARAMS = ['train.epochs=250', 'train.checkpoint_every=1', 'train.log_every=1'];
const repository = fileURLToPath(new URL('..', import.meta.url));

export interface CacheTimes {
  readonly bytes: number;
  /** Medians of whole commands; npm and Node included where it says npm. */
  readonly noop_npm_ms: number;
  readonly noop_ms: number;
  /** The runner's `--help`: Node, tsx and the imports that every command needs. */
  readonly start_ms: number;
  /** Median difference of the two in a round: keys, stats and report. */
  readonly own_ms: number;
  readonly restore_ms: number;
  readonly copy_ms: number;
  /** Median ratio of a round: restoring, npm and Node included, to copying. */
  readonly restore_to_copy: number;
}

interface Round {
  readonly noop_npm: number;
  readonly noop: number;
  readonly start: number;
  readonly restore: number;
  readonly copied: number;
}

/** Takes turns: nothing to do, start-up alone, restoring, copying. */
export async function measureCache(): Promise<CacheTimes> {
  const root = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
  const [artifacts, copy] = [join(root, 'artifacts'), join(root, 'copy')];
  const args = [
    '--artifacts',
    artifacts,
    '--cache',
    join(root, 'cache'),
    ...PARAMS.flatMap((set) => ['--set', set]),
  ];
  const npm = (): void => run('npm', ['run', '--silent', 'pipeline', '--', ...args]);
  const node = (...words: string[]): void =>
    run(process.execPath, ['--import', 'tsx', 'lib/runner/main.ts', ...words]);
  try {
    npm();
    const stages = (await readdir(artifacts))
      .filter((name) => !name.startsWith('.'))
      .map((name) => join(artifacts, name));
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await sleep(OLD_MS);
      node('pipeline', ...args);
      const noop_npm = time(npm);
      const noop = time(() => node('pipeline', ...args));
      const start = time(() => node('pipeline', '--help'));
      for (const stage of stages) await rm(stage, { recursive: true });
      const restore = time(npm);
      await mkdir(copy);
      const copied = time(() => run('cp', ['-r', ...stages, copy]));
      await rm(copy, { recursive: true });
      rounds.push({ noop_npm, noop, start, restore, copied });
    }
    const of = (value: (round: Round) => number): number => median(rounds.map(value));
    return {
      bytes: await sizeOf(stages),
      noop_npm_ms: of(({ noop_npm }) => noop_npm),
      noop_ms: of(({ noop }) => noop),
      start_ms: of(({ start }) => start),
      own_ms: of(({ noop, start }) => noop - start),
      restore_ms: of(({ restore }) => restore),
      copy_ms: of(({ copied }) => copied),
      restore_to_copy: of(({ restore, copied }) => restore / copied),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

export function printCache(times: CacheTimes): void {
  const line = (what: string, ms: number, more = ''): void =>
    console.log(`  ${what.padEnd(38)} ${ms.toFixed(0).padStart(8)}   ${more}`.trimEnd());
  console.log(`\nms with ${(times.bytes / 1e6).toFixed(0)} MB in the stage folders`);
  line('npm run pipeline, nothing to do', times.noop_npm_ms);
  line('  without npm', times.noop_ms, `${times.own_ms.toFixed(0)} of it keys, stats and report`);
  line('npm run pipeline, all restored', times.restore_ms, `${times.restore_to_copy.toFixed(2)} times cp -r`);
  line('cp -r of the same files', times.copy_ms);
}

function time(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** What npm told this process about itself is not for the one that it starts. */
function run(program: string, args: readonly string[]): void {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  execFileSync(program, args, { cwd: repository, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function sizeOf(folders: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const folder of folders)
    for (const path of await readdir(folder, { recursive: true })) {
      const found = await stat(join(folder, path));
      if (found.isFile()) bytes += found.size;
    }
  return bytes;
}
