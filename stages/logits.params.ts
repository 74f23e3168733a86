import type { Identity, Note } from '../lib/engines/engine.ts';
import { fastestIdentity } from '../lib/engines/fastest.ts';
import { integer, object } from '../lib/runner/schema.ts';

export const params = object({
  /** How many control sets to draw; each has as many random frequencies as there are key frequencies. */
  controls: integer({ default: 5, min: 1 }),
  /** Seed of the draws. */
  seed: integer({ default: 0, min: 0, max: 2 ** 32 - 1 }),
});

/** Ablated networks are run by the kernel, whose builds round differently. */
export const identity = (_params: unknown, note: Note): Promise<Identity> => fastestIdentity(note);
