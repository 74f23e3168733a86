/** Shows a sweep whose points have ended: writes its figures, if it trains, and the page of all sweeps. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from '../../sweep/results.ts';
import type { Sweep } from '../../sweep/sweep.ts';
import { readPageFile } from './page-file.ts';

/** Writes figures and page; `say` gets a line for each sweep that the page has to leave out. */
export async function present(
  folder: string,
  sweep: Sweep,
  rows: readonly Row[],
  say: (line: string) => void,
): Promise<void> {
  const [{ composePictures }, { writeFigures }, { writePage }] = await Promise.all([
    import('./pictures.ts'),
    import('./write-figures.ts'),
    import('./write-page.ts'),
  ]);
  const pictures = await composePictures(folder, sweep, rows);
  if (pictures) await writeFigures(folder, pictures);
  await writePage(folder, sweep, rows, pictures, say);
}

/** Whether everything that `present` writes exists. */
export async function isPresented(folder: string): Promise<boolean> {
  const data = await readPageFile(join(folder, 'page.json')).catch(() => null);
  if (!data || !existsSync(join(folder, '../index.html'))) return false;
  return !data.pictures || existsSync(join(folder, 'figures'));
}
