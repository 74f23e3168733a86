/** Copies files and hashes the bytes as they are written, so that a copy need not be read again to be checked. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, type FileHandle } from 'node:fs/promises';
import { Failure } from '../../files/failure.ts';
import { openRegular } from '../../files/regular-file.ts';
import { hashFile } from './hashes.ts';

const CHUNK_BYTES = 1 << 20;
/** Most files of a sweep are smaller. */
const FIRST_BYTES = 1 << 16;

/** Thrown if the file to be copied cannot be read. */
export class Unreadable extends Failure {}

/**
 * Copies a file to the new file `to` with the permissions `mode`, by sharing its blocks if the file system can (reflink).
 * Returns the SHA-256 of the copy. Throws Unreadable if `from` is missing, is not a regular file or cannot be read. An
 * error in writing has the path `to`.
 */
export async function copyHashed(
  from: string,
  to: string,
  mode: number,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const source = await openRegular(from).catch(notRead);
  try {
    const first = Buffer.allocUnsafe(FIRST_BYTES);
    const { bytesRead } = await source.read(first).catch(notRead);
    if (bytesRead === FIRST_BYTES && (await shareBlocks(from, to))) {
      const handle = await open(to, 'r+');
      await handle.chmod(mode).finally(() => handle.close());
      return await hashFile(to, onBytes);
    }
    const target = await open(to, 'wx', mode);
    try {
      await target.chmod(mode); // the umask does not apply
      return await pour(source, target, first.subarray(0, bytesRead), onBytes);
    } finally {
      await target.close();
    }
  } catch (error) {
    throw error instanceof Unreadable ? error : Object.assign(error as Error, { path: to });
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

/** Writes `first` and then the rest of `source`. Each piece is written while the next one is read. */
async function pour(
  source: FileHandle,
  target: FileHandle,
  first: Buffer,
  onBytes: (bytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const length = first.length < FIRST_BYTES ? 1 : CHUNK_BYTES; // little or nothing follows a short first piece
  let [piece, buffer, spare] = [first, Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)];
  while (piece.length > 0) {
    const next = source.read(buffer);
    next.catch(() => {}); // the error is handled below
    const written = write(target, piece);
    hash.update(piece);
    await written;
    onBytes(piece.length);
    const { bytesRead } = await next.catch(notRead);
    piece = buffer.subarray(0, bytesRead);
    [buffer, spare] = [spare, buffer];
  }
  return hash.digest('hex');
}

async function write(target: FileHandle, piece: Buffer): Promise<void> {
  for (let done = 0; done < piece.length;)
    done += (await target.write(piece, done, piece.length - done)).bytesWritten;
}

/** Throws Unreadable, except for errors that are not about this file: too many open files, too little memory. */
function notRead(error: NodeJS.ErrnoException): never {
  if (['EMFILE', 'ENFILE', 'ENOMEM'].includes(error.code ?? '')) throw error;
  throw new Unreadable(error.message);
}
