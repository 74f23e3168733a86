import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Hashes } from '../../lib/runner/disk/hashes.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grokscope-hashes-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Hashes `path`; tells whether its bytes were read. */
async function read(hashes: Hashes, path: string): Promise<{ hash: string; bytes: number }> {
  let bytes = 0;
  const hash = await hashes.of(path, (count) => (bytes += count));
  return { hash, bytes };
}

test('a file edited in place with its size and mtime put back is seen at once', async () => {
  const path = join(folder, 'edited');
  const hashes = Hashes.blank();
  await writeFile(path, 'first');
  const { atime, mtime } = await stat(path);
  assert.equal((await read(hashes, path)).hash, sha256('first'));
  await writeFile(path, 'other');
  await utimes(path, atime, mtime);
  assert.equal((await read(hashes, path)).hash, sha256('other'));
});

test('a hash taken right after a write is not believed; one taken later is, and survives in the file', async () => {
  const path = join(folder, 'young');
  const memory = join(folder, 'hashes.json');
  const hashes = await Hashes.open(memory);
  await writeFile(path, 'text');
  await read(hashes, path);
  assert.equal((await read(hashes, path)).bytes, 4);
  const stats = await stat(path, { bigint: true });
  hashes.remember(stats, sha256('text'), Number(stats.ctimeMs) + 5000);
  assert.deepEqual(await read(hashes, path), { hash: sha256('text'), bytes: 0 });
  await hashes.save();
  assert.deepEqual(await read(await Hashes.open(memory), path), { hash: sha256('text'), bytes: 0 });
  await writeFile(memory, '{ "damaged');
  assert.equal((await read(await Hashes.open(memory), path)).bytes, 4);
});

test('an old hash is not believed once the file was edited, though its size and mtime are put back', async () => {
  const path = join(folder, 'disguised');
  const hashes = Hashes.blank();
  await writeFile(path, 'first');
  await utimes(path, 1e9, 1e9);
  const stats = await stat(path, { bigint: true });
  hashes.remember(stats, sha256('first'), Number(stats.ctimeMs) + 5000);
  assert.equal((await read(hashes, path)).bytes, 0);
  await new Promise((resolve) => setTimeout(resolve, 20)); // a tick of the file system's clock
  await writeFile(path, 'other');
  await utimes(path, 1e9, 1e9);
  assert.equal((await read(hashes, path)).hash, sha256('other'));
});

test('a hash taken by a clock that was set back a day is not believed', async () => {
  const path = join(folder, 'tomorrow');
  const hashes = Hashes.blank();
  await writeFile(path, 'text');
  const stats = await stat(path, { bigint: true });
  hashes.remember(stats, sha256('other'), Number(stats.ctimeMs) - 86_400_000);
  assert.equal((await read(hashes, path)).hash, sha256('text'));
});
