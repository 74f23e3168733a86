import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Hashes } from '../../lib/runner/hashes.ts';

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
