import { choice, integer, number, object } from '../lib/runner/schema.ts';
import { OPERATION_NAMES } from '../lib/task/operations.ts';

export const params = object(
  {
    p: integer({ default: 113, min: 3, max: 499, odd: true }),
    operation: choice(OPERATION_NAMES, { default: 'add' }),
    train_fraction: number({ default: 0.3, above: 0, below: 1 }),
    seed: integer({ default: 598, min: 0, max: 2 ** 32 - 1 }),
  },
  ({ p, train_fraction }) =>
    train_fraction * p * p < 1
      ? { param: 'train_fraction', must: `at least 1/${p * p}, or there is nothing to train on` }
      : null,
);
