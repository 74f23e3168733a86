// svd/: singular values and vectors of the embedding and of the two composite maps.
import { count, list, number, record } from './fields.ts';

export const svdSummary = record({
  p: count,
  n_heads: count,
  singular_values_W_E: list(number),
  /** By head. */
  singular_values_W_neur: list(list(number)),
  singular_values_W_L: list(number),
  effective_rank: record({
    W_E: number,
    W_E_control: number,
    W_neur: list(number),
    W_L: number,
    W_L_control: number,
  }),
});
