/**
 * Opens files for reading, and refuses all that are not regular: opening a named pipe would wait for a writer, and
 * reading a device may never end. Everything that is read is opened here.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Failure } from './failure.ts';

const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;

/** Opens a file for reading. Throws Failure if `path` is anything but a regular file. */
export async function openRegular(path: string): Promise<FileHandle> {
  const handle = await open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY).catch(refuseSocket(path));
  try {
    const stats = await handle.stat();
    if (stats.isFile()) return handle;
    throw irregular(path, kindOf(stats)!);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The whole content of a file. Throws Failure if `path` is anything but a regular file. */
export async function readRegular(path: string): Promise<Buffer> {
  const handle = await openRegular(path);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** A file as text in UTF-8. Throws Failure if `path` is anything but a regular file. */
export async function readText(path: string): Promise<string> {
  return (await readRegular(path)).toString();
}

/** Like `readText`, but at once: a run with nothing to do reads dozens of small files, and awaiting each takes longer. */
export function readTextSync(path: string): string {
  const file = openAtOnce(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw irregular(path, kindOf(stats)!);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function openAtOnce(path: string): number {
  try {
    return openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  } catch (error) {
    return refuseSocket(path)(error as NodeJS.ErrnoException);
  }
}

/** Null for a regular file; otherwise what it is, in words that follow "is". */
export function kindOf(
  stats: Pick<
    Stats,
    | 'isFile'
    | 'isDirectory'
    | 'isSymbolicLink'
    | 'isFIFO'
    | 'isSocket'
    | 'isCharacterDevice'
    | 'isBlockDevice'
  >,
): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : 'of no known kind';
}

const irregular = (path: string, kind: string): Failure =>
  new Failure(`${path} is ${kind} (expected a file)`, 'remove it, or put a file in its place');

/** A socket cannot be opened at all, nor can a device without a driver. */
const refuseSocket =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw error.code === 'ENXIO' ? irregular(path, 'a socket or a device') : error;
  };
