import type { Identity, Note } from '../lib/engines/engine.ts';
import { engineIdentity } from '../lib/engines/registry.ts';
import { object, type ParamsOf } from '../lib/runner/schema.ts';

export const params = object({});

export type MeasuresParams = ParamsOf<typeof params>;

/** Checkpoints are run by the kernel, whose builds round differently. */
export const identity = (_params: unknown, note: Note): Promise<Identity> => engineIdentity('auto', note);
