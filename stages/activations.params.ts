import type { Identity } from '../lib/engines/engine.ts';
import { readableIdentity } from '../lib/engines/readable-identity.ts';
import { ACTIVATION_NAMES, DTYPES, EVERYTHING, POSITIONS } from '../lib/network/hooks.ts';
import { choice, list, object } from '../lib/runner/schema.ts';

export const params = object(
  {
    /** Which of the fifteen hooks, and `logits`, get a file. */
    hooks: list(choice(ACTIVATION_NAMES), { default: EVERYTHING.hooks, minLength: 1 }),
    /** `float16` halves the files, and keeps three digits. */
    dtype: choice(DTYPES, { default: EVERYTHING.dtype }),
    /** `last` keeps `=` alone, which is all that the loss sees. */
    positions: choice(POSITIONS, { default: EVERYTHING.positions }),
  },
  ({ hooks }) => (new Set(hooks).size < hooks.length ? { param: 'hooks', must: 'names that differ' } : null),
);

/** The backend that the forward pass would run on here, since backends round differently. */
export const identity = (): Promise<Identity> => readableIdentity();
