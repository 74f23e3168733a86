/**
 * What goes wrong, in words. A failure that a user can mend has a `remedy` and is shown without a stack trace. An error
 * of the operating system gets a remedy here. Every other error is a bug.
 */
import { shortPath } from './short-path.ts';

/**
 * A failure that a user can mend: a bad file, a bad value, a missing program. Whoever catches it may recognise it by its
 * `remedy` alone, which survives a process boundary.
 */
export class Failure extends Error {
  readonly remedy: string;

  /** `message`: what is wrong, with the value and the place. `remedy`: what to do about it, in lines; may be empty. */
  constructor(message: string, remedy = '') {
    super(message);
    this.name = 'Failure';
    this.remedy = remedy;
  }
}

/** What is wrong with the content of a file, as the rest of a sentence that starts with the file's name. */
export class Malformed extends Error {}

const MAKE_AGAIN =
  'check the path, or run the stage that writes it again with `npm run pipeline -- STAGE --force`';

/** The failure of a file whose content is not what it should be. */
export const badFile = (path: string, problem: string): Failure =>
  new Failure(`${path} ${problem}`, MAKE_AGAIN);

/** Carries out a step on a file. If something is wrong with the file, throws a Failure that names it. */
export async function onFile<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Turns an error of the file system into a Failure that names the file; any other error is returned as it is. */
export function fileError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error;
  if (error instanceof Malformed) return badFile(path, error.message);
  const code = (error as NodeJS.ErrnoException).code;
  const reason = code === undefined ? undefined : OF_A_FILE[code];
  return reason === undefined ? error : badFile(path, reason);
}

/**
 * What an error says and what to do about it; `remedy` is null for a bug. `otherwise` is named if an error of the
 * operating system has no path, as with a file that is already open. `shorten` shortens the path.
 */
export function describeError(
  error: unknown,
  otherwise: string,
  shorten = (path: string): string => path,
): { message: string; remedy: string | null } {
  if (!(error instanceof Error)) return { message: String(error), remedy: null };
  const { message } = error;
  if ('remedy' in error && typeof error.remedy === 'string') return { message, remedy: error.remedy };
  const system = systemErrorOf(error);
  if (!system) return { message, remedy: null };
  const { code, path } = system;
  const subject = path === undefined ? otherwise : shorten(path);
  const [what, remedy] = OF_THE_SYSTEM[code] ?? [
    code,
    'the operating system refused: remove the cause, then run again',
  ];
  return { message: subject === '' ? what : `${subject}: ${what}`, remedy };
}

/** The lines that say what failed and what to do. An error that nobody expected is a bug: its stack is shown. */
export function describeFailure(error: unknown): string[] {
  const { message, remedy } = describeError(error, '', shortPath);
  if (remedy !== null) return [message, ...remedy.split('\n').filter((line) => line !== '')];
  return error instanceof Error ? (error.stack ?? message).split('\n') : [message];
}

/** The error of the operating system that `error` is or was caused by; null if there is none. */
function systemErrorOf(error: Error): { code: string; path: string | undefined } | null {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 8; each = each.cause, depth++) {
    const { code, syscall, path } = each as NodeJS.ErrnoException;
    if (typeof code === 'string' && typeof syscall === 'string') return { code, path };
  }
  return null;
}

/** Codes of errors of a file, as the rest of a sentence that starts with the file's name. */
const OF_A_FILE: Readonly<{ [code: string]: string }> = {
  ENOENT: 'is missing',
  EACCES: 'cannot be opened (permission denied)',
  EPERM: 'cannot be opened (not permitted)',
  EISDIR: 'is a folder (expected a file)',
  ENOTDIR: 'is missing (part of its path is not a folder)',
  ENOSPC: 'cannot be written (no space left on the disk)',
  EFBIG: 'cannot be written (too large: a limit of ulimit -f, or of the file system)',
  EDQUOT: 'cannot be written (disk quota exceeded)',
  EROFS: 'cannot be written (read-only file system)',
  EIO: 'cannot be read or written (input/output error of the disk)',
  EMFILE: 'cannot be opened (too many open files: ulimit -n)',
  ENFILE: 'cannot be opened (too many open files on this machine)',
};

const ROOM = 'make room and run again: what is finished is kept';
const RIGHTS = 'give the right to read and write there, or name other folders with --artifacts and --cache';
const OPEN = 'raise the limit (ulimit -n) or run less at once (--jobs 1)';
const GONE = 'if it was removed or replaced meanwhile, run again';

/** Codes of all other errors, with what to do about them. */
const OF_THE_SYSTEM: Readonly<{ [code: string]: readonly [string, string] }> = {
  ENOSPC: ['the disk is full', ROOM],
  EDQUOT: ['the disk quota is used up', ROOM],
  EFBIG: ['the file is too large', 'raise the limit (ulimit -f), or use a file system that allows it'],
  EROFS: ['the file system is read-only', RIGHTS],
  EACCES: ['permission denied', RIGHTS],
  EPERM: ['permission denied', RIGHTS],
  EMFILE: ['too many open files', OPEN],
  ENFILE: ['too many open files on this machine', OPEN],
  ENOENT: ['no such file or folder', GONE],
  ENOTDIR: ['not a folder', GONE],
  EISDIR: ['a folder where a file is expected', GONE],
  EEXIST: ['something else is there already', GONE],
  EIO: ['the disk cannot be read or written (input/output error)', 'check the disk, then run again'],
  ENOMEM: ['no memory is left', 'give it more memory or run less at once (--jobs 1)'],
  EAGAIN: ['no process can be started', 'raise the limit (ulimit -u) or run less at once (--jobs 1)'],
};
