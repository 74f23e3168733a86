// attention/: where `=` attends, and what the first neurons respond to.
import { OPERATION_NAMES } from '../task/operations.ts';
import { count, list, number, orNull, record, text, word } from './fields.ts';

export const attentionSummary = record({
  p: count,
  n_heads: count,
  operation: word(...OPERATION_NAMES),
  not_measured: orNull(text),
  /** The pair (a, b) of the example. */
  example: list(count),
  /** By head, then by attended position. */
  mean_attention_from_equals: list(list(number)),
  example_attention_from_equals: list(list(number)),
  /** By head, then by component. */
  attention_coefficients: orNull(list(list(number))),
  /** By head. */
  attention_to_a: orNull(list(record({ frequency: orNull(count), fraction: orNull(number) }))),
});
