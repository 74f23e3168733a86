// A cache or artifacts/ on a read-only file system: what is known is told and restored, what must write says what is
// read-only, and nothing waits. GROKSCOPE_LONG=1 does the same on file systems that are mounted read-only, where that
// is allowed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ownerOf } from '../../lib/runner/disk/owner.ts';
import type { Finished } from '../in-process.ts';
import { outcomes } from './project.ts';
import { SwiftProject } from './swift.ts';

const LONG = process.env['GROKSCOPE_LONG'] === '1';
const preload = [new URL('read-only.mjs', import.meta.url).href];

let project: SwiftProject;
let whole: Record<string, string>;
const within = (...path: string[]): string => join(project.root, ...path);
before(async () => {
  const yaml = 'stages:\n  a: { run: stages/a.mjs }\n  b: { run: stages/b.mjs, needs: [a] }\n';
  project = await SwiftProject.create(yaml, { a: {}, b: {} });
  assert.equal((await project.pipeline()).code, 0);
  whole = await project.artifacts();
});
after(() => project.remove());

/** Runs a command while these folders are read-only. */
const closed = (folders: readonly string[], ...args: string[]): Promise<Finished> => {
  const env = { GROKSCOPE_READ_ONLY: folders.map((folder) => within(folder)).join(':') };
  return project.start(args, env, { preload }).finished;
};

function assertSays({ code, out, err }: Finished, path: RegExp): void {
  assert.equal(code, 1, out + err);
  assert.match(out + err, new RegExp(`^ *${path.source}: the file system is read-only$`, 'm'));
  assert.doesNotMatch(out + err, /\n\s+at /);
}

test('nothing is written to tell what is there, even where everything is read-only and a killed run left its lock', async () => {
  const dead = JSON.stringify({ ...ownerOf(), pid: 2 ** 22 + 7 });
  for (const folder of ['artifacts/.runs/b/lock', '.cache/locks/0', '.cache/tmp']) {
    await mkdir(within(folder), { recursive: true });
    await writeFile(within(folder, 'exclusive-0'), dead);
  }
  // What the code is must be found anew: it cannot be kept.
  const code = await project.read('stages/b.mjs');
  await writeFile(within('stages/b.mjs'), `${code}globalThis.more = 1;\n`);
  const tell = (...args: string[]): Promise<Finished> => closed(['.cache', 'artifacts'], ...args);
  assert.deepEqual(outcomes(await tell('status')), { a: 'fresh', b: 'stale' });
  assert.deepEqual(outcomes(await tell('pipeline', '--dry-run')), { a: 'fresh', b: 'would run' });
  assert.match((await tell('explain', 'b')).out, /^b is stale\n/);
  assert.match((await tell('graph')).out, /^graph LR\n/);
  assert.deepEqual(outcomes(await tell('pipeline', 'a')), { a: 'fresh' });
  const found = await tell('verify');
  assert.deepEqual([found.code, found.err], [0, '']);
  await writeFile(within('stages/b.mjs'), code);
});

test('known results are restored from a read-only cache; what must run says that it cannot be stored', async () => {
  await rm(within('artifacts'), { recursive: true });
  const finished = await closed(['.cache'], 'pipeline');
  assert.deepEqual(outcomes(finished), { a: 'restored', b: 'restored' }, finished.out + finished.err);
  assert.deepEqual(await project.artifacts(), whole);
  for (const force of [['--force'], ['--set', 'a.n=7']])
    assertSays(await closed(['.cache'], 'pipeline', 'a', ...force), /\.cache\/locks\S*/);
  assert.deepEqual(await project.artifacts(), whole);
});

test('a cache that is not there and cannot be made, and damage in one that cannot be mended, are told at once', async () => {
  await mkdir(within('closed'));
  assertSays(await closed(['closed'], 'pipeline', '--cache', 'closed/cache', '--force'), /closed\/cache\S*/);
  await cp(within('.cache'), within('damaged'), { recursive: true });
  await rm(within('damaged/objects'), { recursive: true });
  await rm(within('artifacts/a'), { recursive: true });
  assertSays(await closed(['damaged'], 'pipeline', 'a', '--cache', 'damaged'), /damaged\/locks\S*/);
  assert.deepEqual(outcomes(await project.pipeline()), { a: 'restored', b: 'fresh' });
});

test('read-only artifacts/ are fresh where they are, and what must be written there says so', async () => {
  assert.deepEqual(outcomes(await closed(['artifacts'], 'pipeline')), { a: 'fresh', b: 'fresh' });
  assertSays(await closed(['artifacts'], 'pipeline', '--set', 'a.n=7'), /artifacts\/\.runs\/a\/lock/);
  await mkdir(within('closed/new'), { recursive: true });
  assertSays(await closed(['closed'], 'pipeline', '--artifacts', 'closed/new'), /closed\/new\/\.runs\S*/);
});

test('on file systems that really are read-only it is the same', { skip: !LONG && 'long' }, async (t) => {
  const script = (folder: string, args: string): string =>
    `mount --bind ${folder} ${folder} && mount -o remount,bind,ro ${folder} && exec node ${project.root}/lib/runner/main.mjs ${args}`;
  const mounted = (folder: string, args: string): string => {
    const options = { cwd: project.root, encoding: 'utf8', timeout: 10_000, stdio: 'pipe' } as const;
    return execFileSync('unshare', ['-m', 'sh', '-c', `(${script(folder, args)}) 2>&1; true`], options);
  };
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
  } catch {
    return t.skip('nothing can be mounted here');
  }
  await rm(within('artifacts'), { recursive: true });
  assert.match(mounted('.cache', 'pipeline'), /^a +restored[^]*^b +restored/m);
  assert.match(mounted('.cache', 'pipeline --force'), /^ +\.cache\/locks\S*: the file system is read-only$/m);
  assert.match(mounted('artifacts', 'status'), /^a +fresh\nb +fresh$/m);
  assert.match(
    mounted('artifacts', 'pipeline --force'),
    /^ +artifacts\/\S+lock: the file system is read-only$/m,
  );
  await mkdir(within('void'));
  for (const option of ['--cache', '--artifacts'])
    assert.match(
      mounted('void', `pipeline --force ${option} void`),
      /^ +void\/\S+: the file system is read-only$/m,
    );
});
