import { object, type ParamsOf } from '../lib/runner/schema.ts';

export const params = object({});

export type ProgressParams = ParamsOf<typeof params>;
