/** Lists what a folder holds, to compare, store and restore it. */
import { existsSync, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodeUnit } from '../../files/canonical-json.ts';
import { Failure } from '../../files/failure.ts';
import { kindOf } from '../../files/regular-file.ts';
import { shortPath } from '../../files/short-path.ts';
import type { Hashes } from './hashes.ts';

/** A file, or an empty folder: its path ends in `/` and its hash is empty. */
export interface StoredFile {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
  readonly executable: boolean;
}

/** Thrown for something that a stage folder must not hold. */
export class Irregular extends Failure {
  constructor(path: string, kind: string) {
    super(`${shortPath(path)} is ${kind}`, 'a stage folder may hold only files and folders');
  }
}

/** Paths below `folder`, sorted by code unit; empty folders end in `/`. Throws Irregular for anything else. */
export async function listPaths(folder: string, inside = ''): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOTDIR' ? new Irregular(join(folder, inside), 'not a folder') : error;
    },
  );
  if (entries.length === 0) return inside === '' ? [] : [inside];
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = inside + entry.name;
      // Node puts this character in place of bytes that are not UTF-8, and then cannot find the file by that name.
      if (entry.name.includes('\uFFFD') && !existsSync(join(folder, path)))
        throw new Irregular(join(folder, path), 'a name that is not UTF-8');
      if (entry.isDirectory()) return listPaths(folder, `${path}/`);
      const kind = kindOf(entry);
      if (kind === null) return [path];
      throw new Irregular(join(folder, path), kind);
    }),
  );
  const paths = nested.flat();
  return inside === '' ? paths.sort(byCodeUnit) : paths;
}

/** All files below `folder` with the hashes of their contents. */
export async function listFolder(
  folder: string,
  hashes: Hashes,
  onBytes?: (bytes: number) => void,
): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const path of await listPaths(folder)) {
    if (path.endsWith('/')) files.push({ path, sha256: '', size: 0, executable: false });
    else {
      const { size, mode } = lstatSync(join(folder, path)); // synchronous, as there may be a thousand
      const sha256 = await hashes.of(join(folder, path), onBytes);
      files.push({ path, sha256, size, executable: (mode & 0o100) !== 0 });
    }
  }
  return files;
}

/** Paths that differ: changed, added or removed. */
export function compareListings(before: readonly StoredFile[], after: readonly StoredFile[]): string[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const now = new Map(after.map((file) => [file.path, file]));
  const differs = (path: string): boolean => {
    const [x, y] = [old.get(path), now.get(path)];
    return x?.sha256 !== y?.sha256 || x?.executable !== y?.executable;
  };
  return [...new Set([...old.keys(), ...now.keys()])].filter(differs).sort(byCodeUnit);
}
