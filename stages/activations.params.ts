import { backendIdentity } from '../lib/model/backend-identity.ts';
import { object } from '../lib/runner/schema.ts';

export const params = object({});

/** The backend that the forward pass would run on here, since backends round differently. */
export const identity = (): Promise<Record<string, string>> => backendIdentity();
