/**
 * Results by key. `objects/ab/cdef...` holds files by their SHA-256, `records/<key>.json` says which files a key gave.
 * Nothing is visible before it is whole; nothing read is believed before it is hashed again.
 */
import { randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readText } from '../files/regular-file.ts';
import { cloneFile, flush, sweepTemporaries, writeJson } from './durable.ts';
import { hashFile, type Hashes } from './hashes.ts';
import { listPaths, type StoredFile } from './listing.ts';
import { holder } from './lock.ts';
import { markCache } from './mark.ts';
import { isDead, ownerOf, parseOwner } from './owner.ts';
import { readRecord, type Record } from './record.ts';

/** What the store has for a key; `damage` says what is wrong with what it had. */
export interface Lookup {
  readonly record: Record | null;
  readonly damage: string | null;
}

export class Store {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Throws a ConfigurationError where `root` is something else than a cache. */
  static async open(root: string): Promise<Store> {
    await markCache(root);
    return new Store(root);
  }

  get records(): string {
    return join(this.root, 'records');
  }

  get objects(): string {
    return join(this.root, 'objects');
  }

  object(sha256: string): string {
    return join(this.objects, sha256.slice(0, 2), sha256.slice(2));
  }

  /** The record of `key`, if it and all its objects are there with the right sizes. */
  async lookup(key: string): Promise<Lookup> {
    const path = join(this.records, `${key}.json`);
    const record = await readRecord(path);
    if (!record || record.key !== key) {
      const exists = await stat(path).then(
        () => true,
        () => false,
      );
      return { record: null, damage: exists ? 'the record in the cache is damaged' : null };
    }
    for (const { path: name, sha256, size } of record.files) {
      if (sha256 === '') continue;
      const found = await stat(this.object(sha256)).catch(() => null);
      if (found?.size === size) continue;
      await rm(this.object(sha256), { force: true });
      return { record: null, damage: `${name} in the cache is ${found ? 'damaged' : 'missing'}` };
    }
    return { record, damage: null };
  }

  /** Puts the files of `record` into the empty folder `out`, hashing each copy; says what is damaged, if anything is. */
  async restore(record: Record, out: string, onBytes: (bytes: number) => void): Promise<string | null> {
    for (const { path, sha256, executable } of record.files) {
      await mkdir(join(out, dirname(path)), { recursive: true });
      if (sha256 === '') {
        await mkdir(join(out, path), { recursive: true });
        continue;
      }
      const cloned = await cloneFile(this.object(sha256), join(out, path)).then(() => true, ignoreMissing);
      if (!cloned) return `${path} in the cache is missing`; // gone since the lookup, as by a gc
      if ((await hashFile(join(out, path), onBytes)) !== sha256) {
        await rm(this.object(sha256), { force: true });
        return `${path} in the cache is damaged`;
      }
      await chmod(join(out, path), executable ? 0o755 : 0o644);
    }
    return null;
  }

  /** Stores every file below `folder` as an object. What is hashed is the copy, so an object is what its name says. */
  putFolder(folder: string, hashes: Hashes, onBytes: (bytes: number) => void): Promise<StoredFile[]> {
    return this.#withTemporary(async (temporary) => {
      const files: StoredFile[] = [];
      for (const path of await listPaths(folder)) {
        if (path.endsWith('/')) {
          files.push({ path, sha256: '', size: 0, executable: false });
          continue;
        }
        const from = join(folder, path);
        const copy = join(temporary, randomUUID());
        const [before, taken] = [await lstat(from, { bigint: true }), Date.now()];
        await cloneFile(from, copy);
        const sha256 = await hashFile(copy, onBytes);
        const after = await lstat(from, { bigint: true });
        if (after.ctimeNs === before.ctimeNs) hashes.remember(after, sha256, taken);
        await this.#publish(copy, sha256);
        files.push({ path, sha256, size: Number(before.size), executable: (before.mode & 0o100n) !== 0n });
      }
      return files;
    });
  }

  async putRecord(record: Record): Promise<void> {
    await writeJson(join(this.records, `${record.key}.json`), record);
  }

  /** Removes what killed runs left half written. */
  async sweep(): Promise<void> {
    const folder = join(this.root, 'tmp');
    for (const each of [
      folder,
      this.root,
      this.records,
      join(this.root, 'resume'),
      join(this.root, 'closures'),
      join(this.root, 'code'),
    ])
      await sweepTemporaries(each);
    const locks = join(this.root, 'locks');
    for (const name of await readdir(locks).catch(() => [])) await holder(join(locks, name), 'exclusive');
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.owner')) continue;
      const owner = parseOwner(await readText(join(folder, name)).catch(() => ''));
      if (owner && !isDead(owner)) continue;
      await rm(join(folder, name.slice(0, -'.owner'.length)), { recursive: true, force: true });
      await rm(join(folder, name), { force: true });
    }
  }

  /** A folder beside a note of its owner, so that others can prove it abandoned. */
  async #withTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.root, 'tmp', randomUUID());
    await mkdir(dirname(folder), { recursive: true });
    await writeJson(`${folder}.owner`, ownerOf());
    try {
      await mkdir(folder);
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(`${folder}.owner`, { force: true });
    }
  }

  /** Replaces an object that is there already: it may be damaged. */
  async #publish(copy: string, sha256: string): Promise<void> {
    const object = this.object(sha256);
    await chmod(copy, 0o444);
    await flush(copy);
    await mkdir(dirname(object), { recursive: true });
    await rename(copy, object);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): false {
  if (error.code !== 'ENOENT') throw error;
  return false;
}
