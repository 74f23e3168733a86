/**
 * `npm test`: Node's own test runner over all test files, or over those named: `npm test -- test/engines/kernel/*.test.ts`.
 * Options go to `node --test`. Files of one folder share a process, a few at a time, as starting one and loading what
 * they all load takes longer than most tests do. A test file runs alone, too: `node --import ./lib/files/typescript.mjs --test FILE`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loader } from './loader.ts';
import { LONG_SECONDS } from './long-seconds.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Processes at once: two more than cores, as tests that wait for a process, a page or a disk leave a core idle. */
const AT_ONCE = availableParallelism() + 2;
const FILES_A_PROCESS = 8;
/**
 * Folders whose files take longest, to begin with the first process of each: else a core would wait for one of them at the
 * end, and those of one folder, which wait for the same kind of thing, would come all at once.
 */
const FIRST = [
  'test/run',
  'test/runner',
  'test/engines/kernel',
  'test/report',
  'test/stages',
  'test/interop',
  'test/docs',
];
/** Its files look at one run of the pipeline, which takes longer than any of them. */
const ONE_PROCESS = 'test/run';

/** In the long form these seconds are worth a process, and to begin with. */
const LONG_ALONE = 30;
const isLong = Boolean(process.env['GROKSCOPE_LONG']);
const secondsOf = (path: string): number => (isLong ? (LONG_SECONDS[path] ?? 0) : 0);

/** Lists of files that share a process, in the order of their start. */
function byProcess(paths: readonly string[]): string[][] {
  const isAlone = (path: string): boolean => secondsOf(path) >= LONG_ALONE && dirname(path) !== ONE_PROCESS;
  const alone = paths.filter(isAlone).sort((x, y) => secondsOf(y) - secondsOf(x));
  return [...alone.map((path) => [path]), ...byFolder(paths.filter((path) => !isAlone(path)))];
}

/** Each list from one folder and none longer than FILES_A_PROCESS, but for ONE_PROCESS. */
function byFolder(paths: readonly string[]): string[][] {
  const folders = new Map<string, string[]>();
  for (const path of paths.toSorted()) {
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const lists = [...folders].flatMap(([folder, files]) => {
    const size = folder === ONE_PROCESS ? files.length : FILES_A_PROCESS;
    const place = FIRST.indexOf(folder);
    return Array.from({ length: Math.ceil(files.length / size) }, (_, round) => ({
      files: files.slice(round * size, (round + 1) * size),
      order: place < 0 ? Number.MAX_VALUE : round * FIRST.length + place,
    }));
  });
  return lists.sort((x, y) => x.order - y.order).map(({ files }) => files);
}

/**
 * One module for each process, which imports its test files, in `folder`. The import is a test itself: Node runs hooks that
 * come after all tests once none is left, and some files are still loading when the tests of others have ended.
 */
async function writeEntries(folder: string, lists: readonly string[][]): Promise<string[]> {
  const entries = lists.map((paths, i) => {
    const urls = paths.map((path) => new URL(path, `file://${root}`).href);
    const title = `the files of ${dirname(paths[0]!)} load`;
    return {
      path: join(folder, `${String(i).padStart(3, '0')}-${dirname(paths[0]!).replaceAll('/', '-')}.test.mjs`),
      text: [
        `import { test } from 'node:test';`,
        `const loading = ${JSON.stringify(urls)}.map((url) => import(url));`,
        `test(${JSON.stringify(title)}, () => Promise.all(loading));`,
      ].join('\n'),
    };
  });
  for (const { path, text } of entries) await writeFile(path, text);
  return entries.map(({ path }) => path);
}

const HELP = `Runs the tests, all of them or those in the files named.

  npm test
  npm test -- test/runner/lock.test.ts
  npm test -- test/runner/*.test.ts --test-name-pattern=lock
  npm run test:long                            also those that take long

  -h, --help   this text

Other options go to node --test.
`;

const given = process.argv.slice(2);
if (given.includes('--help') || given.includes('-h')) {
  process.stdout.write(HELP);
  process.exit();
}
const named = given.filter((word) => word.endsWith('.ts'));
const all = (await readdir(join(root, 'test'), { recursive: true })).filter((path) =>
  path.endsWith('.test.ts'),
);
const folder = await mkdtemp(join(tmpdir(), 'grokscope-test-'));
const files =
  named.length > 0 ? named : await writeEntries(folder, byProcess(all.map((path) => `test/${path}`)));
const options = given.filter((word) => !named.includes(word));
const args = ['--import', loader, '--test', `--test-concurrency=${AT_ONCE}`, ...options, ...files];
// Some hundred processes load the same modules: each is compiled once, and forgotten when the tests have ended.
const env = { NODE_COMPILE_CACHE: join(folder, 'compiled'), ...process.env };
const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'close')) as [number | null];
await rm(folder, { recursive: true, maxRetries: 5 }); // a process that was left behind may still write there
process.exitCode = code ?? 1;
