// A disk that is full, read-only or closed to us: a clear message, exit code 1, and what was there before untouched.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { Finished } from '../in-process.ts';
import { outcomes, Project } from './project.ts';

const YAML = 'stages:\n  a: {}\n  b: { needs: [a] }\n';
const LONG = process.env['GROKSCOPE_LONG'] === '1';
const isRoot = process.getuid?.() === 0;
/** Nothing is closed to root, so the runner is started as nobody. */
const NOBODY = 65534;
const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

let project: Project;

const within = (path: string): string => join(project.root, path);

/** Every file of the cache by its name: objects carry their content in it. */
const cached = async (): Promise<string[]> =>
  (await readdir(within('.cache'), { recursive: true })).filter((path) =>
    /^(objects|records)\/.*\w{60}/.test(path),
  );

async function makeFirst(): Promise<void> {
  if (isRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, project.root]);
  const { code, out, err } = await runAs('pipeline');
  assert.equal(code, 0, out + err);
}

const runAs = (...args: string[]): Promise<Finished> =>
  project.start(args, { TMPDIR: project.root }, user).finished;

function checkFailure({ code, out, err }: Finished, message: RegExp): void {
  assert.equal(code, 1, out + err);
  assert.match(out + err, message);
  assert.doesNotMatch(out + err, /\n\s+at /);
}

/** Whether the user that the runner is started as can read the project's code at all. */
function unreachable(): string | false {
  try {
    execFileSync(
      process.execPath,
      ['-e', `require('fs').readFileSync(${JSON.stringify(new URL(import.meta.url).pathname)})`],
      { ...user, stdio: 'ignore' },
    );
    return false;
  } catch {
    return 'this checkout is closed to other users';
  }
}

describe('disks that refuse', () => {
  beforeEach(async () => {
    project = await Project.create(YAML, { a: {}, b: {} });
  });
  afterEach(async () => {
    execFileSync('chmod', ['-R', 'u+w', project.root]);
    await project.remove();
  });

  for (const [title, full] of [
    ['the cache', '.cache'],
    ['artifacts/', 'artifacts'],
  ] as const)
    test(`a full disk below ${title} fails the stage, and a later run with room recovers`, async () => {
      assert.equal((await project.pipeline()).code, 0);
      const [before, stored] = [await project.artifacts(), await cached()];
      const preload = new URL('./full-disk.mjs', import.meta.url).href;
      const env = { NODE_OPTIONS: `--import ${preload}`, GROKSCOPE_FULL: within(full) };
      const finished = await project.start(['pipeline', '--set', 'a.n=7'], env).finished;
      checkFailure(finished, new RegExp(`^a +failed\\n {4}${full}/\\S+: the disk is full$`, 'm'));
      assert.deepEqual(await project.artifacts(), before);
      for (const path of stored) assert.ok((await cached()).includes(path), path);
      assert.deepEqual(outcomes(await project.pipeline()), { a: 'fresh', b: 'fresh' });
      assert.equal((await project.pipeline('--set', 'a.n=7')).code, 0);
      assert.match(await project.read('artifacts/b/result.txt'), /a 7/);
    });

  test(
    'a really full disk does the same',
    { skip: LONG ? false : 'GROKSCOPE_LONG is not set' },
    async (t) => {
      await mkdir(within('small'));
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', within('small')], {
          stdio: 'ignore',
        });
      } catch {
        return t.skip('a small file system cannot be mounted here');
      }
      try {
        const big = `if (params.n === 7) writeFileSync(out + '/big', Buffer.alloc(1 << 20, 7));`;
        await project.writeStage('a', { body: big });
        for (const [option, folder] of [
          ['--cache', 'small/cache'],
          ['--artifacts', 'small/artifacts'],
        ] as const) {
          const run = (...args: string[]): Promise<Finished> => project.pipeline(option, folder, ...args);
          assert.equal((await run()).code, 0);
          const result = option === '--cache' ? 'artifacts/a/result.txt' : 'small/artifacts/a/result.txt';
          const before = await project.read(result);
          const finished = await run('--set', 'a.n=7');
          assert.equal(finished.code, 1);
          // The stage itself finds artifacts/ full.
          assert.match(
            finished.out,
            option === '--cache'
              ? /^ +small\/cache\S+: the disk is full$/m
              : /^ +stages\/a\.ts: the disk is full$/m,
          );
          assert.equal(await project.read(result), before);
          // Another folder than artifacts/ remembers the param.
          assert.deepEqual(outcomes(await run('--as-written')), { a: 'fresh', b: 'fresh' });
          await rm(within(folder), { recursive: true });
        }
      } finally {
        execFileSync('umount', [within('small')]);
      }
    },
  );

  test(
    'a read-only cache: what is fresh stays fresh, what is stale fails and leaves the old result',
    { skip: unreachable() },
    async () => {
      await makeFirst();
      const before = await project.artifacts();
      execFileSync('chmod', ['-R', 'a-w', within('.cache')]);
      assert.deepEqual(outcomes(await runAs('pipeline')), { a: 'fresh', b: 'fresh' });
      checkFailure(
        await runAs('pipeline', '--set', 'a.n=7'),
        /^a +failed\n {4}\.cache\/\S+: permission denied$/m,
      );
      assert.deepEqual(await project.artifacts(), before);
    },
  );

  test('read-only artifacts: the same', { skip: unreachable() }, async () => {
    await makeFirst();
    const before = await project.artifacts();
    execFileSync('chmod', ['-R', 'a-w', within('artifacts')]);
    assert.deepEqual(outcomes(await runAs('pipeline')), { a: 'fresh', b: 'fresh' });
    checkFailure(
      await runAs('pipeline', '--set', 'a.n=7'),
      /^a +failed\n {4}artifacts\/\S+: permission denied$/m,
    );
    assert.deepEqual(await project.artifacts(), before);
  });

  test(
    'an unreadable file is named: an artifact, code; pipeline.yaml is a wrong configuration',
    { skip: unreachable() },
    async () => {
      await makeFirst();
      const runs = await project.runs('a');
      for (const [path, message] of [
        ['artifacts/a/result.txt', /artifacts\/a\/result\.txt: permission denied$/m],
        ['lib/render.ts', /lib\/render\.ts: permission denied$/m],
      ] as const) {
        await chmod(within(path), 0);
        checkFailure(await runAs('pipeline'), message);
        checkFailure(await runAs('status'), message);
        await chmod(within(path), 0o644);
      }
      assert.equal(await project.runs('a'), runs);
      await chmod(within('pipeline.yaml'), 0);
      const { code, err } = await runAs('pipeline');
      assert.equal(code, 2);
      assert.match(err, /^pipeline\.yaml cannot be read: permission denied$/m);
    },
  );
});
