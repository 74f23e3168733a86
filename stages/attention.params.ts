import { integer, list, object } from '../lib/runner/schema.ts';

export const params = object({
  /** The pair (a, b) whose attention pattern is drawn; the notebook's row 5 is 0 + 5. */
  example: list(integer({ min: 0 }), { default: [0, 5], length: 2 }),
  /** Neurons drawn over all pairs, a facet each. */
  neurons: list(integer({ min: 0 }), { default: [0, 1, 2, 3, 4], minLength: 1 }),
});
