import { engineIdentity } from '../lib/kernel/identity.ts';
import { object, type ParamsOf } from '../lib/runner/schema.ts';

export const params = object({});

export type MeasuresParams = ParamsOf<typeof params>;

/** Checkpoints are run by the kernel, whose builds round differently. */
export const identity = (): Promise<Record<string, string>> => engineIdentity('auto');
