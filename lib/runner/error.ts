/**
 * What an error says, and what to do about it. One that has a `remedy` is expected; what the operating system refuses is
 * nobody's bug; all others are somebody's.
 */

/**
 * `remedy` is null for a bug. `otherwise`: who met an error of the operating system that has no path, as for a file that
 * is open; `shorten`: how its path is shown.
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
  const [what, remedy] = WORDS[code] ?? [code, 'the operating system refused: run again once that is mended'];
  return { message: subject === '' ? what : `${subject}: ${what}`, remedy };
}

/** The error of the operating system that `error` is, or that it was thrown because of; null for any other. */
function systemErrorOf(error: Error): { code: string; path: string | undefined } | null {
  for (let each: unknown = error, depth = 0; each instanceof Error && depth < 8; each = each.cause, depth++) {
    const { code, syscall, path } = each as NodeJS.ErrnoException;
    if (typeof code === 'string' && typeof syscall === 'string') return { code, path };
  }
  return null;
}

const ROOM = 'make room and run again: what is done already stays done';
const RIGHTS = 'give the right to read and write there, or name other folders with --artifacts and --cache';
const OPEN = 'raise the limit (ulimit -n) or run less at once (--jobs 1)';
const GONE = 'if it was removed or replaced meanwhile, run again';

const WORDS: Readonly<{ [code: string]: readonly [string, string] }> = {
  ENOSPC: ['the disk is full', ROOM],
  EDQUOT: ['the disk quota is used up', ROOM],
  EFBIG: [
    'larger than files may be here',
    'raise the limit (ulimit -f), or use a file system that allows it',
  ],
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
