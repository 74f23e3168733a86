/** Writes the figures of a sweep of trainings: epochs over each axis, phases over two axes, all losses in one picture. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFigure } from '../../artifacts/figure.ts';
import { removeTemporaries, writeWhole } from '../../files/whole-file.ts';
import type { Pictures } from './data.ts';

/** Writes `<folder>/figures`, whole or not at all, and removes what a process that was killed here left unfinished. */
export async function writeFigures(folder: string, pictures: Pictures): Promise<void> {
  await removeTemporaries(folder);
  await writeWhole(join(folder, 'figures'), async (out) => {
    await mkdir(out);
    await writeInto(out, pictures);
  });
}

async function writeInto(out: string, { epochs, phases, losses }: Pictures): Promise<void> {
  for (const options of epochs) {
    const x = options.x.label;
    await writeFigure(out, `epochs_by_${x}`, { kind: 'spread', ...options, names: { x, y: 'epoch' } });
  }
  for (const options of phases) {
    const names = { x: options.x.label, y: options.y.label };
    await writeFigure(out, `phases_by_${names.x}_and_${names.y}`, { kind: 'phase-map', ...options, names });
  }
  const names = { x: 'epoch', y: 'test_loss' };
  await writeFigure(out, 'test_losses', { kind: 'curve-bundle', ...losses, names });
}
