// <stage>/summary.json: the headline numbers of a stage, named, in the order in which the stage gives them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badFile, onFile } from './failure.ts';
import { readText } from './regular-file.ts';

const NAME = 'summary.json';

/** Writes `<folder>/summary.json`. Numbers that are not finite have no place in JSON and become null. */
export async function writeSummary(folder: string, summary: object): Promise<void> {
  const path = join(folder, NAME);
  await onFile(path, () => writeFile(path, `${JSON.stringify(summary, null, 2)}\n`));
}

/** Reads `<folder>/summary.json`. Throws Failure when it is missing or not a JSON object. */
export async function readSummary(folder: string): Promise<Record<string, unknown>> {
  const path = join(folder, NAME);
  const text = await onFile(path, () => readText(path));
  const summary = maybeParse(text);
  if (typeof summary !== 'object' || summary === null || Array.isArray(summary))
    throw badFile(path, 'is not a JSON object');
  return summary as Record<string, unknown>;
}

function maybeParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
