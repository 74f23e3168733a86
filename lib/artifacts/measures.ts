// measures/: every measure of every checkpoint.
import { OPERATION_NAMES } from '../task/operations.ts';
import { count, either, list, nothing, orNull, record, text, word } from './fields.ts';

const NETWORK = { p: count, operation: word(...OPERATION_NAMES) };

export const measuresSummary = either(
  record({
    ...NETWORK,
    not_measured: orNull(text),
    checkpoints: count,
    /** Of the last checkpoint. */
    key_frequencies: orNull(list(count)),
  }),
  /** Of a network without checkpoints. */
  record({ ...NETWORK, not_measured: text, checkpoints: nothing, key_frequencies: nothing }),
);
