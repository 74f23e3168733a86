// Figures in a folder: every regular file that is an SVG.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegular } from '../files/regular-file.ts';

/** Sorted by name; empty if there is no such folder. */
export async function readFigures(folder: string): Promise<{ file: string; svg: Buffer }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.svg'))
    .map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (file) => ({ file, svg: await readRegular(join(folder, file)) })),
  );
}

/** The title of the figure; null if it has none. */
export const titleOf = (svg: Buffer): string | null =>
  /<title>([^<]*)<\/title>/.exec(svg.toString('utf8'))?.[1] ?? null;
