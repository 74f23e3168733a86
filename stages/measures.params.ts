import type { Identity, Note } from '../lib/engines/engine.ts';
import { engineIdentity } from '../lib/engines/registry.ts';
import { object } from '../lib/runner/schema.ts';

export const params = object({});

/** Checkpoints are run by the kernel, whose builds round differently. */
export const identity = (_params: unknown, note: Note): Promise<Identity> => engineIdentity('auto', note);
