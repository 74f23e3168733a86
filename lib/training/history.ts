// The loss history of a run: one record per logged epoch.
// An epoch is one full-batch step. As in TransformerLens' demo, the train loss is taken before the step and the test
// loss after it, so the record of epoch 0 has the untrained train loss beside the test loss after one step.

export const HISTORY_FIELDS = [
  'epoch',
  'train_loss',
  'test_loss',
  'train_accuracy',
  'test_accuracy',
] as const;
export type HistoryRecord = Readonly<Record<(typeof HISTORY_FIELDS)[number], number>>;

/** Whether accuracies were recorded: a history that was made elsewhere may have NaN there. */
export const hasAccuracies = (history: readonly HistoryRecord[]): boolean =>
  history.every((r) => Number.isFinite(r.train_accuracy) && Number.isFinite(r.test_accuracy));

/** Accompanies the milestones of a history without accuracies, of which two are therefore null. */
export const NO_ACCURACY = {
  accuracy: null,
  why_no_accuracy: 'the history that came with the model has no accuracies',
};

/** What is wrong with records made elsewhere, worded to follow the name of the file; null if nothing is. */
export function findBadRecord(history: readonly HistoryRecord[]): string | null {
  let last = -1;
  for (const { epoch, train_loss, test_loss, train_accuracy, test_accuracy } of history) {
    if (!Number.isSafeInteger(epoch) || epoch <= last)
      return `has epoch ${epoch} after ${last < 0 ? 'none' : last} (expected whole numbers that ascend)`;
    const loss = [train_loss, test_loss].find((loss) => !Number.isFinite(loss) || loss < 0);
    if (loss !== undefined) return `has the loss ${loss} at epoch ${epoch}`;
    const accuracy = [train_accuracy, test_accuracy].find((accuracy) => accuracy < 0 || accuracy > 1);
    if (accuracy !== undefined) return `has the accuracy ${accuracy} at epoch ${epoch}`;
    last = epoch;
  }
  return null;
}
