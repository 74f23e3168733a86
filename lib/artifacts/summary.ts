// <stage>/summary.json: the headline numbers of a stage, by name, in the order in which the stage gives them. The fields are
// declared in the stage's file in this folder.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badFile, onFile } from '../files/failure.ts';
import { readText } from '../files/regular-file.ts';
import type { Field, Read, Written } from './fields.ts';
import { findMismatch } from './mismatch.ts';

const NAME = 'summary.json';

/** Writes `<folder>/summary.json`. Numbers that are not finite have no place in JSON and become null. */
export async function writeSummary<F extends Field>(
  folder: string,
  declared: F,
  summary: Written<F>,
): Promise<void> {
  const path = join(folder, NAME);
  const json = JSON.stringify(summary, null, 2);
  // The compiler does not see extra fields that come with a spread object.
  const mismatch = findMismatch(declared, JSON.parse(json));
  if (mismatch !== null) throw new Error(`${path} ${mismatch}`);
  await onFile(path, () => writeFile(path, `${json}\n`));
}

export const hasSummary = (folder: string): boolean => existsSync(join(folder, NAME));

/** Reads `<folder>/summary.json`. Throws Failure when it is missing, or with the first field that is not as declared. */
export async function readSummary<F extends Field>(folder: string, declared: F): Promise<Read<F>> {
  const path = join(folder, NAME);
  const text = await onFile(path, () => readText(path));
  const summary = parse(text);
  if (summary === undefined) throw badFile(path, 'is not JSON');
  const mismatch = findMismatch(declared, summary);
  if (mismatch !== null) throw badFile(path, mismatch);
  return summary as Read<F>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
