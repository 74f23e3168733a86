// curves/: loss and accuracy over training.
import { either, record } from './fields.ts';
import { MILESTONES, NO_ACCURACIES, NO_HISTORY } from './train.ts';

export const curvesSummary = either(
  record(MILESTONES),
  record({ ...MILESTONES, ...NO_ACCURACIES }),
  record(NO_HISTORY),
);
