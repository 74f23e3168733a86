// dataset/: every pair with its label and its set.
import { OPERATION_NAMES } from '../task/operations.ts';
import { count, record, word } from './fields.ts';

export const datasetSummary = record({
  p: count,
  operation: word(...OPERATION_NAMES),
  pairs: count,
  train_pairs: count,
  test_pairs: count,
});
