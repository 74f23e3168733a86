/**
 * JSON files whose last entry is the SHA-256 of the text before it. The hash shows whether the file was changed, cut or
 * swapped since it was written, so the file may be used before it has reached the disk.
 */
import { createHash } from 'node:crypto';
import { readTextSync } from '../../files/regular-file.ts';
import { replaceFile } from '../../files/whole-file.ts';

const SEAL = /,\n "sha256": "([0-9a-f]{64})"\n\}\n$/;

/** Writes an object with at least one entry. Readers see the old file or the new one. `settle`: see `replaceFile`. */
export function writeSealed(
  path: string,
  value: object,
  settle?: (temporary: string) => Promise<void>,
): Promise<void> {
  const body = JSON.stringify(value, null, 1).replace(/\n\}$/, '');
  return replaceFile(path, `${body},\n "sha256": "${hashText(body)}"\n}\n`, settle);
}

export interface Unsealed {
  /** Undefined if the file is missing or has a flaw. */
  readonly value: unknown;
  /** Null if the file is whole or missing. */
  readonly flaw: 'is damaged' | 'is of an earlier version' | null;
}

/** Reads what `writeSealed` wrote. */
export async function readSealed(path: string): Promise<Unsealed> {
  let text: string;
  try {
    text = readTextSync(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { value: undefined, flaw: isMissing ? null : 'is damaged' };
  }
  const seal = SEAL.exec(text);
  const value = parse(text);
  if (seal && seal[1] === hashText(text.slice(0, seal.index))) return { value, flaw: null };
  // Before there were seals, files ended with another entry.
  const isOlder = !seal && typeof value === 'object' && value !== null && !('sha256' in value);
  return { value: undefined, flaw: isOlder ? 'is of an earlier version' : 'is damaged' };
}

const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
