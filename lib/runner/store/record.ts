/** The record of a result: its whole key, the files by content, and the circumstances of the run that made it. */
import { hostname } from 'node:os';
import type { StoredFile } from '../disk/listing.ts';
import { readSealed, type Unsealed } from '../disk/sealed.ts';
import { hashKey, KEY_FORMAT, type Key } from '../key/key.ts';

/** About the run and not the result: none of it is in the key or in the stage folder. */
export interface Circumstances {
  readonly stage: string;
  readonly started: string;
  readonly seconds: number;
  readonly host: string;
  readonly node: string;
  /** What the stage says that it computed with: a build, a compiler. */
  readonly runs_on: Readonly<Record<string, string>>;
}

export interface StageRecord {
  /** Hash of `fields`. */
  readonly key: string;
  readonly fields: Key;
  readonly files: readonly StoredFile[];
  readonly circumstances: Circumstances;
  /** What changed while the stage ran. Such a result may be used, but it never counts as the result of its key. */
  readonly changedMeanwhile: readonly string[];
  /** How the result came into its stage folder. Only the record beside that folder has this, not the one in the cache. */
  readonly arrival?: Arrival;
}

/** Why the stage ran, or was restored. */
export interface Arrival {
  readonly outcome: 'ran' | 'restored';
  readonly why: readonly string[];
}

/** The circumstances of a run of `stage` that ends now. */
export function circumstancesOf(
  stage: string,
  started: Date,
  runs_on: Circumstances['runs_on'],
): Circumstances {
  const seconds = (Date.now() - started.getTime()) / 1000;
  return { stage, started: started.toISOString(), seconds, host: hostname(), node: process.version, runs_on };
}

/** The record at `path`; null if it is missing or damaged. */
export async function readRecord(path: string): Promise<StageRecord | null> {
  return (await examineRecord(path)).record;
}

/** The record at `path`, and what is wrong with the file, if anything is. */
export async function examineRecord(
  path: string,
): Promise<{ record: StageRecord | null; flaw: Unsealed['flaw'] }> {
  const { value, flaw } = await readSealed(path);
  if (value === undefined) return { record: null, flaw };
  const { key, fields, files, circumstances, changedMeanwhile, arrival } = value as StageRecord;
  if (fields?.format !== KEY_FORMAT || circumstances === undefined)
    return { record: null, flaw: 'is of an earlier version' };
  if (key !== hashKey(fields) || !files.every(isStoredFile)) return { record: null, flaw: 'is damaged' };
  const known = { key, fields, files, circumstances, changedMeanwhile };
  return { record: { ...known, ...(arrival && { arrival }) }, flaw: null };
}

/** Checks the shape. Whoever wrote the record, no path in it may lead out of the folder. */
function isStoredFile(value: unknown): value is StoredFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256, size, executable } = value as Partial<StoredFile>;
  if (typeof path !== 'string' || path.startsWith('/') || path.split('/').includes('..')) return false;
  const isHash = path.endsWith('/')
    ? sha256 === ''
    : typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  return isHash && Number.isSafeInteger(size) && typeof executable === 'boolean';
}
