/** Files that are whole or not there: written under another name, then renamed. */
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { readText } from './regular-file.ts';

const WRITING = '.writing';
const ABANDONED_MS = 3_600_000;

/** Flushes a file or a folder to the disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder and those above it. If Node 20 reports ENOENT, as it does for a read-only file system, the folders are
 * made one by one, which gives the true reason.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch((reason: NodeJS.ErrnoException) => {
      if (reason.code !== 'EEXIST') throw reason;
    });
  }
}

/** Writes `value` as JSON; readers see the old file or the new one. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await replaceFile(path, `${JSON.stringify(value, null, 1)}\n`, flush);
  await flush(dirname(path));
}

/** Readers see the old text or the new one; after a power loss maybe neither, unless `settle` flushes it. */
export function replaceFile(
  path: string,
  text: string,
  settle: (temporary: string) => Promise<void> = async () => {},
): Promise<void> {
  return writeWhole(path, async (temporary) => {
    await writeFile(temporary, text, { flag: 'wx' });
    await settle(temporary);
  });
}

/** Calls `write` with a temporary path, and when it is done renames the file or folder there to `path`. */
export async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}${WRITING}`);
  try {
    await write(temporary);
    await renameOver(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw Object.assign(error as Error, { path });
  }
}

/** Renames a file or a folder to `to`, replacing whatever is there. */
export async function renameOver(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

/** Whether `name` is the name of a file or a folder that is being written. */
export const isTemporary = (name: string): boolean => name.startsWith('.') && name.endsWith(WRITING);

/** Removes what is still unfinished in `folder` after an hour, since nobody writes for so long. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isTemporary(name)) continue;
    const found = await stat(join(folder, name)).catch(() => null);
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await discard(join(folder, name));
  }
}

/**
 * Removes a file or a folder that does not belong where it is. Returns false if that fails, which does no harm: what
 * cannot be read is ignored anyway.
 */
export function discard(path: string): Promise<boolean> {
  return rm(path, { recursive: true, force: true }).then(
    () => true,
    () => false,
  );
}

/** The JSON at `path`; undefined if there is none that can be read. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path));
  } catch {
    return undefined;
  }
}
