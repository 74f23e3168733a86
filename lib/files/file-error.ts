// Files that cannot be read or written, said in words. The remedy for every artifact is the same: make it again.
import { ExpectedError } from './expected-error.ts';

const REASONS: Record<string, string> = {
  ENOENT: 'is missing',
  EACCES: 'may not be opened (permission denied)',
  EPERM: 'may not be opened (not permitted)',
  EISDIR: 'is a folder (expected a file)',
  ENOTDIR: 'is missing (part of its path is not a folder)',
  ENOSPC: 'cannot be written (no space left on the disk)',
  EFBIG: 'cannot be written (larger than files may be here: ulimit -f, or the file system)',
  EDQUOT: 'cannot be written (disk quota exceeded)',
  EROFS: 'cannot be written (read-only file system)',
  EIO: 'cannot be read or written (input/output error of the disk)',
  EMFILE: 'cannot be opened (too many open files: ulimit -n)',
  ENFILE: 'cannot be opened (too many open files on this machine)',
};

const MAKE_AGAIN =
  'check the path, or run the stage that writes it again with `npm run pipeline -- STAGE --force`';

/** The error of a file whose content is not what it should be. */
export const badFile = (path: string, problem: string): ExpectedError =>
  new ExpectedError(`${path} ${problem}`, MAKE_AGAIN);

/** What is wrong with the content of a file, as the rest of a sentence that starts with the file's name. */
export class Malformed extends Error {}

/** Turns an error of the file system into an ExpectedError that names the file; anything else comes back as it is. */
export function fileError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ExpectedError) return error;
  if (error instanceof Malformed) return badFile(path, error.message);
  const code = (error as NodeJS.ErrnoException).code;
  const reason = code === undefined ? undefined : REASONS[code];
  return reason === undefined ? error : badFile(path, reason);
}

/** Runs a step on a file; what can go wrong with a file comes out as an ExpectedError that names it. */
export async function onFile<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw fileError(path, error);
  }
}
