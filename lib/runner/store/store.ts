/**
 * Results by key. `objects/ab/cdef...` are files named by their SHA-256; `records/<key>.json` lists the files of the
 * result of a key. Files appear only when they are whole, and whatever is read is hashed again before it is used.
 */
import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readText } from '../../files/regular-file.ts';
import {
  discard,
  flush,
  makeFolder,
  renameOver,
  removeTemporaries,
  writeJson,
} from '../../files/whole-file.ts';
import { copyHashed, Unreadable } from '../disk/copy.ts';
import type { Hashes } from '../disk/hashes.ts';
import { listPaths, type StoredFile } from '../disk/listing.ts';
import { holder } from '../disk/lock.ts';
import { isDead, ownerOf, parseOwner } from '../disk/owner.ts';
import { writeSealed } from '../disk/sealed.ts';
import { markCache } from './mark.ts';
import { examineRecord, type StageRecord } from './record.ts';

/** What the store has for a key; `damage` says what is wrong if it is damaged. */
export interface Lookup {
  readonly record: StageRecord | null;
  readonly damage: string | null;
}

export class Store {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Throws a ConfigurationError if `root` is anything but a cache. */
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

  record(key: string): string {
    return join(this.records, `${key}.json`);
  }

  object(sha256: string): string {
    return join(this.objects, sha256.slice(0, 2), sha256.slice(2));
  }

  /** The record of `key`, if all its objects exist with the right sizes. */
  async lookup(key: string): Promise<Lookup> {
    const { record, flaw } = await examineRecord(this.record(key));
    if (record?.key !== key) return { record: null, damage: describeFlaw(record ? 'is damaged' : flaw) };
    for (const { path, sha256, size } of record.files) {
      if (sha256 === '') continue;
      const found = await stat(this.object(sha256)).catch(() => null);
      if (found?.isFile() && found.size === size) continue;
      return { record: null, damage: `${path} in the cache is ${found ? 'damaged' : 'missing'}` };
    }
    return { record, damage: null };
  }

  /**
   * Copies the files of `record` into the empty folder `out` and hashes each as it is written. Returns what is missing or
   * damaged, or null.
   */
  async restore(record: StageRecord, out: string, onBytes: (bytes: number) => void): Promise<string | null> {
    const folders = new Set(
      record.files.map(({ path }) => dirname(join(out, path, path.endsWith('/') ? 'x' : ''))),
    );
    for (const folder of folders) if (folder !== out) await makeFolder(folder);
    const waiting = record.files.filter(({ sha256 }) => sha256 !== '').values();
    let damage: string | null = null;
    const work = async (): Promise<void> => {
      for (const { path, sha256, executable } of waiting) {
        if (damage !== null) return;
        const mode = executable ? 0o755 : 0o644;
        const found = await copyHashed(this.object(sha256), join(out, path), mode, onBytes).catch(
          ignoreUnreadable,
        );
        if (found !== sha256) damage ??= `${path} in the cache is ${found === null ? 'missing' : 'damaged'}`;
      }
    };
    // All copies must have ended before a failure is thrown.
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
    return damage;
  }

  /** Stores every file below `folder` as an object. The copy is hashed, so that an object is what its name says. */
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
        const sha256 = await copyHashed(from, copy, 0o444, onBytes);
        const after = await lstat(from, { bigint: true });
        if (after.ctimeNs === before.ctimeNs) hashes.remember(after, sha256, taken);
        await this.#publish(copy, sha256);
        files.push({ path, sha256, size: Number(before.size), executable: (before.mode & 0o100n) !== 0n });
      }
      return files;
    });
  }

  async putRecord(record: StageRecord): Promise<void> {
    await writeSealed(this.record(record.key), record, flush);
    await flush(this.records);
  }

  /** Removes unfinished files of killed runs, as far as that is possible. */
  async removeUnfinished(): Promise<void> {
    const folder = join(this.root, 'tmp');
    for (const each of [
      folder,
      this.root,
      this.records,
      join(this.root, 'resume'),
      join(this.root, 'closures'),
      join(this.root, 'code'),
    ])
      await removeTemporaries(each);
    const locks = join(this.root, 'locks');
    for (const name of await readdir(locks).catch(() => [])) await holder(join(locks, name), 'exclusive');
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.owner')) continue;
      const owner = parseOwner(await readText(join(folder, name)).catch(() => ''));
      if (owner && !isDead(owner)) continue;
      await discard(join(folder, name.slice(0, -'.owner'.length)));
      await discard(join(folder, name));
    }
  }

  /** A temporary folder with its owner written beside it, so that others can tell when it is abandoned. */
  async #withTemporary<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.root, 'tmp', randomUUID());
    await makeFolder(dirname(folder));
    await writeJson(`${folder}.owner`, ownerOf());
    try {
      await mkdir(folder);
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(`${folder}.owner`, { force: true });
    }
  }

  /** Replaces an object that exists already, as it may be damaged. */
  async #publish(copy: string, sha256: string): Promise<void> {
    const object = this.object(sha256);
    await flush(copy);
    await makeFolder(dirname(object));
    await renameOver(copy, object);
  }
}

/** How many files are copied side by side: one is hashed while others are read and written. */
const AT_ONCE = 4;

const describeFlaw = (flaw: string | null): string | null =>
  flaw === null ? null : `the record in the cache ${flaw}`;

function ignoreUnreadable(error: unknown): null {
  if (!(error instanceof Unreadable)) throw error;
  return null;
}
