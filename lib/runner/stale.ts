/** Why a stage is not fresh, in the words that the terminal shows. */
import { compareKeys, hashKey, type Key } from './key.ts';
import type { Standing } from './workspace.ts';

const MOST_REASONS = 3;

/** Empty where the stage folder is what `key` gives. */
export function reasons({ files, record, flaw, modified, irregular }: Standing, key: Key): string[] {
  const exists = files !== null || irregular !== null;
  if (!record && flaw !== null) return [`the record of how it was made ${flaw}`];
  if (!record) return [exists ? 'nothing is known of how it was made' : 'never ran'];
  const changes = record.key === hashKey(key) ? [] : compareKeys(record.fields, key);
  if (changes.length > 0) return changes;
  if (irregular) return [`output was modified (${irregular.message})`];
  if (!files) return ['its folder is missing'];
  if (modified.length > 0) return [`output was modified (${modified.join(', ')})`];
  return record.doubt.map((change) => `${change} while it last ran`);
}

/** The first few, and how many more there are. */
export function listReasons(why: readonly string[]): string {
  const more = why.length > MOST_REASONS ? [`${why.length - MOST_REASONS} more`] : [];
  return [...why.slice(0, MOST_REASONS), ...more].join(', ');
}
