/** The figures of a sweep of trainings, as files: epochs over each axis, phases over two, all losses in one picture. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { curveBundle, curveBundleTable } from '../figures/curve-bundle.ts';
import { writeFigure } from '../figures/figure.ts';
import { phaseMap, phaseMapTable } from '../figures/phase-map.ts';
import { spread, spreadTable } from '../figures/spread.ts';
import type { Pictures } from '../report/sweep-data.ts';

/** Writes `<folder>/figures`, whole or not at all. */
export async function drawFigures(folder: string, { epochs, phases, losses }: Pictures): Promise<void> {
  const figures = join(folder, 'figures');
  const out = `${figures}.${process.pid}`;
  await mkdir(out, { recursive: true });
  for (const options of epochs) {
    const x = options.x.label;
    await writeFigure(out, `epochs_by_${x}`, spread(options), spreadTable(options, { x, y: 'epoch' }));
  }
  for (const options of phases) {
    const [x, y] = [options.x.label, options.y.label];
    const table = phaseMapTable(options, { x, y });
    await writeFigure(out, `phases_by_${x}_and_${y}`, phaseMap(options), table);
  }
  const table = curveBundleTable(losses, { x: 'epoch', y: 'test_loss' });
  await writeFigure(out, 'test_losses', curveBundle(losses), table);
  await rm(figures, { recursive: true, force: true });
  await rename(out, figures);
}
