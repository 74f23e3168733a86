/** Why a stage is not fresh, in the words that the terminal shows. */
import { compareKeys, hashKey, type Key } from '../key/key.ts';
import type { FolderState } from '../store/workspace.ts';

const MOST_REASONS = 3;
const NEVER = 'never ran';
const UNKNOWN = 'nothing is known about how it was made';
const GONE = 'its folder is missing';

/** Why the stage folder is not the result of `key`; empty if it is. */
export function reasons({ files, record, flaw, modified, irregular }: FolderState, key: Key): string[] {
  const exists = files !== null || irregular !== null;
  if (!record && flaw !== null) return [`the record of how it was made ${flaw}`];
  if (!record) return [exists ? UNKNOWN : NEVER];
  const changes = record.key === hashKey(key) ? [] : compareKeys(record.fields, key);
  if (changes.length > 0) return changes;
  if (irregular) return [`output was modified (${irregular.message})`];
  if (!files) return [GONE];
  if (modified.length > 0) return [`output was modified (${modified.join(', ')})`];
  return record.changedMeanwhile.map((change) => `${change} while it last ran`);
}

/** The first few reasons, and how many more there are. */
export function listReasons(why: readonly string[]): string {
  const more = why.length > MOST_REASONS ? [`${why.length - MOST_REASONS} more`] : [];
  return [...why.slice(0, MOST_REASONS), ...more].join(', ');
}

/** The same for a stage that has just run or been restored, in the past tense. */
export function listPastReasons(why: readonly string[], outcome: 'ran' | 'restored'): string {
  return listReasons(why.map((reason) => PAST[reason]?.[outcome] ?? reason));
}

const PAST: Readonly<{ [reason: string]: { readonly ran: string; readonly restored: string } }> = {
  [NEVER]: { ran: 'first run', restored: 'was not here' },
  [UNKNOWN]: {
    ran: 'nothing was known about how it was made',
    restored: 'nothing was known about how it was made',
  },
  [GONE]: { ran: 'its folder was missing', restored: 'its folder was missing' },
};
