/**
 * SHA-256 of files, remembered by inode, size and both times, so that an unchanged file is not read again.
 *
 * A remembered hash is used only if, when it was computed, the file's mtime and ctime lay further back than timestamps
 * resolve: otherwise a later write could leave them unchanged (git has the same rule for its index). And it is used only
 * within one boot: after a power loss, metadata may have survived without the data.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { lstatSync, statSync, type BigIntStats } from 'node:fs';
import { openRegular } from '../../files/regular-file.ts';
import { machine } from './owner.ts';
import { readSealed, writeSealed } from './sealed.ts';

/** What is remembered of a file: size, times (ns), its hash and the time of hashing (ms). */
type Memory = [size: string, mtime: string, ctime: string, sha256: string, taken: number];

const GRANULE_MS = 2000; // 2 s on FAT; milliseconds or less on local file systems
const CHUNK_BYTES = 1 << 20;
const MOST_REMEMBERED = 50_000;

export class Hashes {
  readonly #path: string;
  readonly #known: Map<string, Memory>;
  #changed = false;

  private constructor(path: string, known: Map<string, Memory>) {
    this.#path = path;
    this.#known = known;
  }

  /** Opens with the hashes that earlier runs saved in the file at `path`. */
  static async open(path: string): Promise<Hashes> {
    return new Hashes(path, parseMemory((await readSealed(path)).value));
  }

  /** Opens without saved hashes, so that every file is read. */
  static blank(): Hashes {
    return new Hashes('', new Map());
  }

  /** The SHA-256 of a file in hex, remembered or computed. */
  async of(path: string, onBytes?: (bytes: number) => void): Promise<string> {
    const before = statSync(path, { bigint: true }); // synchronous, as a run with nothing to do asks for a thousand
    const known = this.#known.get(identity(before));
    if (known && isSame(known, before) && isOldEnough(before, known[4])) return known[3];
    const taken = Date.now();
    const sha256 = await hashFile(path, onBytes);
    const after = await stat(path, { bigint: true });
    if (identity(after) === identity(before) && after.ctimeNs === before.ctimeNs)
      this.remember(after, sha256, taken);
    return sha256;
  }

  /** Remembers a hash that was computed at `taken` (ms) or later, of a file that has had `stats` ever since. */
  remember(stats: BigIntStats, sha256: string, taken: number): void {
    const { size, mtimeNs, ctimeNs } = stats;
    this.#known.set(identity(stats), [String(size), String(mtimeNs), String(ctimeNs), sha256, taken]);
    this.#changed = true;
  }

  /** Saves what is remembered for later runs. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const newest = [...this.#known].sort(([, x], [, y]) => y[4] - x[4]).slice(0, MOST_REMEMBERED);
    const files = newest.map(([file, memory]) => [file, ...memory].join(' '));
    await writeSealed(this.#path, { version: 2, boot: machine().boot, files });
    this.#changed = false;
  }
}

/** The SHA-256 of a file, which is read whole. */
export async function hashFile(path: string, onBytes?: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  const file = await openRegular(path);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      onBytes?.(bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * The SHA-256 of a file, or `missing` if it does not exist. A file that cannot be read is an error: it must not pass for
 * one that does not exist.
 */
export const hashOrMissing = (path: string, hashes: Hashes): Promise<string> =>
  hashes.of(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'missing';
    throw error;
  });

/** A text that changes when a file, or a link to it, is written, replaced or touched; `missing` if there is none. */
export function identityOf(path: string): string {
  try {
    const link = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (!link) return 'missing';
    const found = link.isSymbolicLink() ? [link, statSync(path, { bigint: true })] : [link];
    return found.map((each) => `${identity(each)} ${each.size} ${each.mtimeNs} ${each.ctimeNs}`).join();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw error;
  }
}

const identity = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}`;

const isSame = ([size, mtime, ctime]: Memory, stats: BigIntStats): boolean =>
  size === String(stats.size) && mtime === String(stats.mtimeNs) && ctime === String(stats.ctimeNs);

const isOldEnough = ({ mtimeMs, ctimeMs }: BigIntStats, taken: number): boolean =>
  Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs) < taken - GRANULE_MS;

/** What was saved, or nothing if another version or another boot saved it. */
function parseMemory(value: unknown): Map<string, Memory> {
  const {
    version,
    boot,
    files = [],
  } = (value ?? {}) as { version?: number; boot?: string; files?: string[] };
  if (version !== 2 || boot !== machine().boot) return new Map();
  const entries = files.map((line) => {
    const [file, size, mtime, ctime, sha256, taken] = line.split(' ') as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return [file, [size, mtime, ctime, sha256, Number(taken)]] as const;
  });
  return new Map(entries.map(([file, memory]) => [file, [...memory]]));
}
