// report/: the explorer page.
import { count, list, record, text } from './fields.ts';

export const reportSummary = record({
  p: count,
  bytes: count,
  /** Epochs whose weights are in the page. */
  snapshots: list(count),
  figures: count,
  stages: list(text),
});
