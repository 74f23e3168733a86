// Damage to any file of the cache, of artifacts/.runs and of a stage folder: every command ends, a run gives the right bytes
// or exit code 1 with a line that says what to do, and nothing is left to be removed by hand. A few cases are drawn each
// time; GROKSCOPE_LONG=1 tries all of them, GROKSCOPE_SEED=N draws those of another run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createRandom } from '../files/damage.ts';
import { snapshot } from './aftermath.ts';
import type { Finished } from '../in-process.ts';
import { SwiftProject } from './swift.ts';

const LONG = process.env['GROKSCOPE_LONG'] === '1';
const SEED = Number(process.env['GROKSCOPE_SEED'] ?? Date.now() % 2 ** 31);
const random = createRandom(SEED);
const DRAWN = 1;
const LIMIT_MS = 10_000;

/** What is done to the file at `path`; `neighbour` is another file of the same folder. */
type Damage = (path: string, neighbour: string) => Promise<unknown>;

const DAMAGES: { readonly [what: string]: Damage } = {
  removed: (path) => rm(path),
  emptied: (path) => truncate(path),
  cut: async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  'one bit turned': async (path) => {
    const bytes = await readFile(path);
    const at = random(Math.max(1, bytes.length));
    if (bytes.length > 0) bytes[at]! ^= 1 << random(8);
    await rm(path);
    await writeFile(path, bytes);
  },
  'replaced by a folder': async (path) => {
    await rm(path);
    await mkdir(join(path, 'deep'), { recursive: true });
    await writeFile(join(path, 'deep/file'), 'odd');
  },
  'replaced by a pipe': async (path) => {
    await rm(path);
    execFileSync('mkfifo', [path]);
  },
  'replaced by a link to nothing': async (path) => {
    await rm(path);
    await symlink('nowhere', path);
  },
  'swapped with a neighbour': async (path, neighbour) => {
    if (path === neighbour) return;
    await rename(path, `${path}~`);
    await rename(neighbour, path);
    await rename(`${path}~`, neighbour);
  },
};

let project: SwiftProject;
/** A copy of what stands in the project after undisturbed runs, and its stage folders. */
let kept: string;
let whole: Record<string, string>;
const within = (...path: string[]): string => join(project.root, ...path);
before(async () => {
  const yaml = 'stages:\n  a: { run: stages/a.mjs }\n  b: { run: stages/b.mjs, needs: [a] }\n';
  const body = `mkdirSync(out + '/deep/empty', { recursive: true }); writeFileSync(out + '/deep/text', 'x', { mode: 0o755 });`;
  project = await SwiftProject.create(yaml, { a: { body }, b: {} });
  for (const set of [['--set', 'a.n=2'], []]) assert.equal((await project.pipeline(...set)).code, 0);
  whole = await snapshot(project);
  kept = await mkdtemp(join(tmpdir(), 'grokscope-kept-'));
  for (const folder of ['.cache', 'artifacts'])
    await cp(within(folder), join(kept, folder), { recursive: true });
});
after(async () => {
  await project.remove();
  await rm(kept, { recursive: true });
});

async function reset(): Promise<void> {
  for (const folder of ['.cache', 'artifacts']) {
    await rm(within(folder), { recursive: true, force: true });
    await cp(join(kept, folder), within(folder), { recursive: true, preserveTimestamps: true });
  }
}

/** Every file below a folder of the project, by its path there. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(kept, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(kept.length + 1)).sort();
}

async function neighbourOf(path: string): Promise<string> {
  const folder = join(path, '..');
  const others = (await listFiles(folder)).filter((each) => each !== path);
  return others[random(Math.max(1, others.length))] ?? path;
}

async function run(where: string, ...args: string[]): Promise<Finished> {
  // What waits for a pipe cannot be stopped, and neither could this process end.
  const timer = setTimeout(() => {
    console.error(`${where}: ${args.join(' ')} did not end within ${LIMIT_MS} ms`);
    process.exit(1);
  }, LIMIT_MS);
  const ended = await project.run(...args).finally(() => clearTimeout(timer));
  const { out, err } = ended;
  assert.doesNotMatch(out + err, /\n\s+at .*:\d+/, `${where}: ${args.join(' ')} shows a stack trace`);
  return ended;
}

const TELL = [['status'], ['verify'], ['explain', 'b'], ['gc'], ['pipeline', '--dry-run'], []];
/** Cases in which the cache is needed: what was in artifacts/ is gone, or has other params. */
const UNSETTLE = [[], ['artifacts/a', 'artifacts/b'], ['artifacts'], ['artifacts/b']];

async function check(path: string, what: string, i: number): Promise<void> {
  const tell = TELL[i % TELL.length]!;
  const gone = path.startsWith('.cache') ? UNSETTLE[Math.floor(i / TELL.length) % UNSETTLE.length]! : [];
  const where = `seed ${SEED}: ${path} ${what}, ${gone.join(' and ') || 'nothing'} removed, ${tell.join(' ')}`;
  await reset();
  for (const each of gone) await rm(within(each), { recursive: true });
  await DAMAGES[what]!(within(path), within(await neighbourOf(path)));
  if (tell.length > 0) await run(where, ...tell);
  const { code, out, err } = await run(where, 'pipeline');
  if (code !== 0) {
    // Said in a line, with what to do in another.
    assert.match(out + err, /^ {4}\S.*\n {4}\S.*$|^\S.*\n {4}\S/m, where);
    assert.fail(`${where}\n${out}${err}`);
  }
  assert.deepEqual(await snapshot(project), whole, `${where}\n${out}`);
  const again = await run(where, 'pipeline');
  assert.match(again.out, /^a +fresh\nb +fresh$/m, `${where}\n${out}${again.out}`);
}

describe('damage', () => {
  for (const [title, folders] of [
    ['results in the cache', ['.cache/objects', '.cache/records']],
    ['code in the cache', ['.cache/code', '.cache/closures']],
    ['the top of the cache', ['.cache']],
    ['artifacts/.runs', ['artifacts/.runs']],
    ['a stage folder', ['artifacts/a', 'artifacts/b']],
  ] as const)
    it(`to a file of ${title} is mended by the next run`, async (t) => {
      const paths = (await Promise.all(folders.map(listFiles)))
        .flat()
        .filter((path) => folders[0] !== '.cache' || path.split('/').length === 2);
      const all = paths.flatMap((path) => Object.keys(DAMAGES).map((what) => [path, what] as const));
      const cases = LONG ? all : Array.from({ length: DRAWN }, () => all[random(all.length)]!);
      t.diagnostic(`seed ${SEED}: ${cases.length} of ${all.length} cases on ${paths.length} files`);
      const failures: string[] = [];
      for (const [i, [path, what]] of cases.entries())
        await check(path, what, LONG ? i : random(1000)).catch((error: Error) =>
          failures.push(error.message),
        );
      assert.equal(failures.length, 0, `${failures.length} of ${cases.length}\n${failures.join('\n\n')}`);
    });

  it('by locks, markers and names of another kind than ours is passed or put aside', async () => {
    const odd: Readonly<Record<string, () => Promise<unknown>>> = {
      'a name that is not UTF-8': () =>
        writeFile(Buffer.from(`${within('artifacts/a')}/\xff`, 'latin1'), 'odd'),
      'a file in the place of a lock': () => writeFile(within('artifacts/.runs/a/lock'), 'odd'),
      'a file in the place of what was set aside': () =>
        writeFile(within('artifacts/.runs/a/set-aside'), 'odd'),
      'a pipe among the holders of a lock': async () => {
        await mkdir(within('artifacts/.runs/a/lock'));
        execFileSync('mkfifo', [within('artifacts/.runs/a/lock/exclusive-1')]);
      },
      'a pipe that names who runs': async () =>
        execFileSync('mkfifo', [within('artifacts/.runs/a/running.json')]),
    };
    for (const [what, spoil] of Object.entries(odd)) {
      await reset();
      await spoil();
      await writeFile(within('artifacts/a/result.txt'), 'forged');
      const { code, out, err } = await run(what, 'pipeline');
      assert.equal(code, 0, what + out + err);
      assert.deepEqual(await snapshot(project), whole, what);
    }
  });
});
