/** How a path is written in a message. */
import { relative } from 'node:path';

/** Relative to the working directory if the path lies below it; otherwise unchanged. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}
