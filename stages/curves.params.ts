import { object } from '../lib/runner/schema.ts';

export const params = object({});
