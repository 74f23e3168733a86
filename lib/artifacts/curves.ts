// curves/: loss and accuracy over training.
import { count, either, record } from './fields.ts';
import { MILESTONES, NO_ACCURACIES, NO_HISTORY } from './train.ts';

export const curvesSummary = either(
  record(MILESTONES),
  record({ ...MILESTONES, forked_after: count }),
  record({ ...MILESTONES, ...NO_ACCURACIES }),
  record(NO_HISTORY),
);
