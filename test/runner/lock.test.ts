import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { holder, lock, type Mode, type Release } from '../../lib/runner/disk/lock.ts';
import { isDead, ownerOf, type Owner } from '../../lib/runner/disk/owner.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grokscope-lock-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const take = (path: string, mode: Mode): Promise<Release> => lock(path, mode, { onWait: () => {}, signal });

/** Whether the lock is taken while we look for a moment. */
async function isFree(path: string, mode: Mode): Promise<boolean> {
  const stop = new AbortController();
  setTimeout(() => stop.abort('late'), 200);
  try {
    await (
      await lock(path, mode, { onWait: () => {}, signal: stop.signal })
    )();
    return true;
  } catch (reason) {
    assert.equal(reason, 'late');
    return false;
  }
}

test('an exclusive lock excludes all others, shared ones exclude only exclusive ones, and a release leaves nothing', async () => {
  const path = join(folder, 'plain');
  const exclusive = await take(path, 'exclusive');
  assert.equal(await isFree(path, 'exclusive'), false);
  assert.equal(await isFree(path, 'shared'), false);
  await exclusive();
  const shared = [await take(path, 'shared'), await take(path, 'shared')];
  assert.equal(await isFree(path, 'exclusive'), false);
  assert.equal(await isFree(path, 'shared'), true);
  for (const release of shared) await release();
  assert.equal(await isFree(path, 'exclusive'), true);
  await assert.rejects(readdir(path));
});

test('of many that want it at once only one has it at a time', async () => {
  const path = join(folder, 'many');
  let inside = 0;
  const work = async (): Promise<void> => {
    const release = await take(path, 'exclusive');
    inside++;
    assert.equal(inside, 1);
    await new Promise((resolve) => setTimeout(resolve, 2));
    inside--;
    await release();
  };
  await Promise.all(Array.from({ length: 12 }, work));
});

const us = ownerOf();
const CASES: [title: string, owner: Owner, dead: boolean][] = [
  ['a process that is gone', { ...us, pid: 2 ** 22 + 7 }, true],
  ['a process whose id was given to another', { ...us, started: '1' }, true],
  ['a process before the last reboot', { ...us, boot: 'earlier' }, true],
  ['a living process', us, false],
  [
    'a process on another host, of which nothing can be known',
    { ...us, host: `not-${hostname()}`, pid: 2 ** 22 + 7 },
    false,
  ],
  [
    'a process in another container, of which nothing can be known',
    { ...us, namespace: 'pid:[1]', pid: 2 ** 22 + 7 },
    false,
  ],
];

for (const [title, owner, dead] of CASES)
  test(`the lock of ${title} ${dead ? 'is broken' : 'stands'}`, async () => {
    const path = join(folder, title.replaceAll(' ', '-'));
    await mkdir(path);
    await writeFile(join(path, 'exclusive-0'), JSON.stringify(owner));
    assert.equal(isDead(owner), dead);
    assert.equal(await isFree(path, 'exclusive'), dead);
    assert.deepEqual(await holder(path, 'shared'), dead ? null : owner);
  });

const long = process.env['GROKSCOPE_LONG'] === '1' ? false : 'long: npm run test:long';

test(
  'a holder on another host that has gone silent is passed, one that touches its file is not',
  { skip: long },
  async () => {
    const elsewhere: Owner = { ...ownerOf(), host: 'elsewhere' };
    const [silent, living] = [join(folder, 'silent'), join(folder, 'living')];
    for (const path of [silent, living]) {
      await mkdir(path);
      await writeFile(join(path, 'exclusive-other'), JSON.stringify(elsewhere));
    }
    const beat = setInterval(
      () => void utimes(join(living, 'exclusive-other'), new Date(), new Date()),
      10_000,
    );
    const stop = new AbortController();
    const waiting = lock(living, 'exclusive', { onWait: () => {}, signal: stop.signal });
    await (
      await take(silent, 'exclusive')
    )();
    clearInterval(beat);
    stop.abort('late');
    await assert.rejects(waiting, (reason) => reason === 'late');
  },
);
