import { choice, integer, nullable, number, object } from '../lib/runner/schema.ts';
import { OPERATION_NAMES, OPERATIONS } from '../lib/task/operations.ts';
import { pairCount } from '../lib/task/split.ts';

export const params = object(
  {
    /** The modulus: numbers are 0 to p - 1. A prime for divide. */
    p: integer({ default: 113, min: 3, max: 499 }),
    /** What the network is to learn; see Operations. */
    operation: choice(OPERATION_NAMES, { default: 'add' }),
    /** Share of the pairs that is training data. */
    train_fraction: number({ default: 0.3, above: 0, below: 1 }),
    /**
     * Seed of torch.randperm, which draws the training pairs; null if the training pairs of a model given as train.start are
     * unknown: it is then measured on all pairs only.
     */
    seed: nullable(integer({ min: 0, max: 2 ** 32 - 1 }), { default: 598 }),
  },
  ({ p, operation, train_fraction }) => {
    const refusal = OPERATIONS[operation].refuses(p);
    if (refusal !== null) return { param: 'p', must: refusal };
    const pairs = pairCount(p, operation);
    return train_fraction * pairs < 1
      ? { param: 'train_fraction', must: `at least 1/${pairs}, or there is nothing to train on` }
      : null;
  },
);
