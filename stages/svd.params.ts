import { object, type ParamsOf } from '../lib/runner/schema.ts';

export const params = object({});

export type SvdParams = ParamsOf<typeof params>;
