/** Compares two folders of artifacts file by file: byte by byte, and where bytes differ, part by part. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readParts, type Part, type Parts } from './file-parts.ts';
import { MAY_DIFFER } from './may-differ.ts';

export interface Difference {
  readonly file: string;
  /** As file-parts.ts names it; `bytes` of a file without parts, `missing` where only one folder has the file. */
  readonly part: string;
  readonly says: string;
  /** `within`: no more than the tolerance. `allowed`: named in may-differ.ts. */
  readonly kind: 'beyond' | 'within' | 'allowed';
}

export interface Comparison {
  readonly files: number;
  /** Files of equal bytes. */
  readonly equal: number;
  readonly differences: readonly Difference[];
}

/** Numbers may differ by `tolerance` times the largest of their column, tensor or leaf. */
export async function compareFolders(before: string, after: string, tolerance: number): Promise<Comparison> {
  const [old, now] = [await listFiles(before), await listFiles(after)];
  const files = [...new Set([...old, ...now])].sort();
  const differences: Difference[] = [];
  let equal = 0;
  for (const file of files) {
    const found = !old.has(file)
      ? [unequal('missing', `is not in ${before}`)]
      : !now.has(file)
        ? [unequal('missing', `is not in ${after}`)]
        : await compareFiles(join(before, file), join(after, file), tolerance);
    if (found.length === 0) equal++;
    const isAllowed = (part: string): boolean =>
      MAY_DIFFER.some((each) => each.file.test(file) && each.part.test(part));
    for (const { part, says, kind } of found)
      differences.push({ file, part, says, kind: isAllowed(part) ? 'allowed' : kind });
  }
  return { files: files.length, equal, differences };
}

type Found = Omit<Difference, 'file'>;
const unequal = (part: string, says: string): Found => ({ part, says, kind: 'beyond' });

async function listFiles(folder: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((each) => !each.isDirectory()).map((each) => join(each.parentPath, each.name));
  return new Set(paths.map((path) => path.slice(join(folder, '/').length)));
}

async function compareFiles(before: string, after: string, tolerance: number): Promise<Found[]> {
  const [old, now] = [await readFile(before), await readFile(after)];
  if (old.equals(now)) return [];
  const parts = [await readParts(before), await readParts(after)] as const;
  if (!parts[0] || !parts[1]) {
    const at = old.findIndex((byte, i) => byte !== now[i]);
    const place = at < 0 ? Math.min(old.length, now.length) : at;
    return [unequal('bytes', `from byte ${place} on; ${old.length} and ${now.length} bytes`)];
  }
  const found = compareParts(parts[0], parts[1], tolerance);
  if (found.length > 0) return found;
  return [{ part: 'layout', says: 'its bytes differ, what they say does not', kind: 'within' }];
}

function compareParts(before: Parts, after: Parts, tolerance: number): Found[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((part) => {
    const [old, now] = [before.get(part), after.get(part)];
    if (old === undefined || now === undefined)
      return [unequal(part, `is only in the file ${old === undefined ? 'after' : 'before'}`)];
    const found = compareValues(old, now, tolerance);
    return found ? [{ part, ...found }] : [];
  });
}

function compareValues(old: Part, now: Part, tolerance: number): Omit<Found, 'part'> | null {
  if (typeof old === 'string' || typeof now === 'string')
    return old === now ? null : { says: `${show(old)}, then ${show(now)}`, kind: 'beyond' };
  if (old.length !== now.length) return { says: `${old.length} numbers, then ${now.length}`, kind: 'beyond' };
  let [largest, worst, at] = [0, 0, -1];
  for (let i = 0; i < old.length; i++) {
    const [x, y] = [old[i]!, now[i]!];
    if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
    const apart = Object.is(x, y) ? 0 : Math.abs(x - y);
    if (apart > worst || Number.isNaN(apart)) [worst, at] = [Number.isNaN(apart) ? Infinity : apart, i];
  }
  if (at < 0) return null;
  const says = `largest difference ${worst}, of number ${at}: ${old[at]}, then ${now[at]}; largest number ${largest}`;
  return { says, kind: worst <= tolerance * largest ? 'within' : 'beyond' };
}

const show = (part: Part): string => {
  const text = typeof part === 'string' ? part : Array.from(part).join(', ');
  return text.length > 60 ? `${text.slice(0, 60)}... (${text.length} characters)` : text || 'nothing';
};
