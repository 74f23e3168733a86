/** What a run of a stage left: its whole key, the files it wrote by content, and how it came about. */
import { hostname } from 'node:os';
import { hashKey, KEY_FORMAT, type Key } from './key.ts';
import type { StoredFile } from './listing.ts';
import { readSealed, type Unsealed } from './sealed.ts';

/** Of the run, not of the result: none of it is in the key or in the stage folder. */
export interface Made {
  readonly stage: string;
  readonly started: string;
  readonly seconds: number;
  readonly host: string;
  readonly node: string;
}

export interface Record {
  /** Hash of `fields`. */
  readonly key: string;
  readonly fields: Key;
  readonly files: readonly StoredFile[];
  readonly made: Made;
  /** What changed while the stage ran. Such a result may be used but is never taken for that of its key. */
  readonly doubt: readonly string[];
}

export function made(stage: string, started: Date): Made {
  const seconds = (Date.now() - started.getTime()) / 1000;
  return { stage, started: started.toISOString(), seconds, host: hostname(), node: process.version };
}

/** The record at `path`, or null where there is none that can be believed. */
export async function readRecord(path: string): Promise<Record | null> {
  return (await examineRecord(path)).record;
}

/** The record at `path`, and what is wrong with what is there. */
export async function examineRecord(
  path: string,
): Promise<{ record: Record | null; flaw: Unsealed['flaw'] }> {
  const { value, flaw } = await readSealed(path);
  if (value === undefined) return { record: null, flaw };
  const { key, fields, files, made, doubt } = value as Record;
  if (fields?.format !== KEY_FORMAT) return { record: null, flaw: 'is of an earlier version' };
  if (key !== hashKey(fields) || !files.every(isStoredFile)) return { record: null, flaw: 'is damaged' };
  return { record: { key, fields, files, made, doubt }, flaw: null };
}

/** A path may not lead out of the folder, whoever wrote the record. */
function isStoredFile(value: unknown): value is StoredFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256, size, executable } = value as Partial<StoredFile>;
  if (typeof path !== 'string' || path.startsWith('/') || path.split('/').includes('..')) return false;
  const isHash = path.endsWith('/')
    ? sha256 === ''
    : typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
  return isHash && Number.isSafeInteger(size) && typeof executable === 'boolean';
}
