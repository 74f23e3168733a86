/** The result of bringing a stage up to date, if it did not fail. */
import type { StageRecord } from '../store/record.ts';
import type { Outcome } from './event.ts';

export interface Result {
  readonly outcome: Exclude<Outcome, 'failed' | 'skipped'>;
  readonly record: StageRecord;
  /** Why it was not fresh. */
  readonly why: readonly string[];
  /** Lines to show below the outcome. */
  readonly detail: readonly string[];
}

export const fresh = (record: StageRecord): Result => ({ outcome: 'fresh', record, why: [], detail: [] });
