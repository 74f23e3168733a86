/** Copies of files, with the hash of what was written: nothing is read a second time to know that a copy is right. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, type FileHandle } from 'node:fs/promises';
import { openRegular } from '../files/regular-file.ts';
import { hashFile } from './hashes.ts';
import { Failure } from './problem.ts';

const CHUNK_BYTES = 1 << 20;

/** What is to be copied cannot be read. */
export class Unreadable extends Failure {}

/**
 * Copies a file to the new file `to` with the permissions `mode`: shares its blocks where the file system can (reflink).
 * Gives the SHA-256 of the copy. Throws Unreadable where `from` is missing, no file or cannot be read; an error of
 * writing names `to`.
 */
export async function copyHashed(
  from: string,
  to: string,
  mode: number,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const source = await openRegular(from).catch(notRead);
  try {
    const { size } = await source.stat();
    if (size >= CHUNK_BYTES && (await shareBlocks(from, to))) {
      const handle = await open(to, 'r+');
      await handle.chmod(mode).finally(() => handle.close());
      return await hashFile(to, onBytes);
    }
    const target = await open(to, 'wx', mode);
    try {
      await target.chmod(mode); // whatever the umask
      return await pour(source, target, Math.max(1, Math.min(CHUNK_BYTES, size)), onBytes);
    } finally {
      await target.close();
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) Object.assign(error as object, { path: to });
    throw error;
  } finally {
    await source.close();
  }
}

const CANNOT_SHARE = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EINVAL', 'ENOTTY'];

async function shareBlocks(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (CANNOT_SHARE.includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Writes a piece of `length` bytes while the next one is read. */
async function pour(
  source: FileHandle,
  target: FileHandle,
  length: number,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let [buffer, other] = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)];
  let read = source.read(buffer, 0, length);
  for (;;) {
    const { bytesRead } = await read.catch(notRead);
    if (bytesRead === 0) return hash.digest('hex');
    const piece = buffer.subarray(0, bytesRead);
    read = source.read(other, 0, length);
    read.catch(() => {}); // seen above, in the next round
    const written = write(target, piece);
    hash.update(piece);
    await written;
    onBytes(bytesRead);
    [buffer, other] = [other, buffer];
  }
}

async function write(target: FileHandle, piece: Buffer): Promise<void> {
  for (let done = 0; done < piece.length;)
    done += (await target.write(piece, done, piece.length - done)).bytesWritten;
}

/** Of having too many files open, or too little memory, the file is not to blame. */
function notRead(error: NodeJS.ErrnoException): never {
  if (['EMFILE', 'ENFILE', 'ENOMEM'].includes(error.code ?? '')) throw error;
  throw new Unreadable(error.message);
}
