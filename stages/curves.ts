// curves: loss (log scale) and accuracy over training, with the epochs at which the network memorised and grokked.
// Reads train/history.arrow. It is a stage of its own, so that a change in how figures look does not train again. If a model
// came without a history, or without accuracies, it says so and draws the rest.
import { curvesSummary } from '../lib/artifacts/curves.ts';
import { writeFigure } from '../lib/artifacts/figure.ts';
import { findHistory } from '../lib/artifacts/history.ts';
import { folderOf } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { stage } from '../lib/runner/stage.ts';
import { findMilestones } from '../lib/measures/milestones.ts';
import { hasAccuracies, NO_ACCURACY } from '../lib/training/history.ts';
import { accuracyCurve, lossCurve } from './curves.figures.ts';
import { params } from './curves.params.ts';

await stage(params, async ({ needs, out, say }) => {
  const found = await findHistory(folderOf(needs, 'train'));
  if (found.history === null) {
    say(`no curves: ${found.why_no_history}`);
    return writeSummary(out, curvesSummary, found);
  }
  const { history, forked_after } = found;
  const milestones = { ...findMilestones(history), ...(forked_after !== undefined && { forked_after }) };
  await writeFigure(out, 'loss', lossCurve(history, milestones));
  if (hasAccuracies(history)) {
    await writeFigure(out, 'accuracy', accuracyCurve(history, milestones));
    return writeSummary(out, curvesSummary, milestones);
  }
  say(`no curve of accuracy: ${NO_ACCURACY.why_no_accuracy}`);
  await writeSummary(out, curvesSummary, { ...milestones, ...NO_ACCURACY });
});
