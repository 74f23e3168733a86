// curves: loss (log scale) and accuracy over training, with the epochs at which the network memorised and grokked.
// Reads train/history.arrow. A stage of its own, so that a change in how figures look does not train again.
import { join } from 'node:path';
import { writeFigure } from '../lib/figures/figure.ts';
import { lines, linesTable } from '../lib/figures/lines.ts';
import { writeSummary } from '../lib/files/summary.ts';
import { stage } from '../lib/runner/stage.ts';
import { accuracyCurve, lossCurve } from '../lib/training/curves.ts';
import { readHistory } from '../lib/training/history-file.ts';
import { findMilestones } from '../lib/training/history.ts';
import { params } from './curves.params.ts';

await stage(params, async ({ needs, out }) => {
  const history = await readHistory(join(needs['train']!, 'history.arrow'));
  const milestones = findMilestones(history);
  for (const [name, curve] of [
    ['loss', lossCurve(history, milestones)],
    ['accuracy', accuracyCurve(history, milestones)],
  ] as const)
    await writeFigure(out, name, lines(curve), linesTable(curve, { series: 'set', x: 'epoch', y: name }));
  await writeSummary(out, { ...milestones });
});
