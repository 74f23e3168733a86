/**
 * The key of a stage: everything that decides the bytes it writes, and nothing else. Two runs with the same key give
 * the same folder, so the second is not run. Not in it: the stage's name, times, hosts, paths of the machine, thread
 * counts, log levels, comments and order of pipeline.yaml.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodeUnit, canonicalJson } from '../../files/canonical-json.ts';
import { show } from '../../files/problem.ts';
import type { Stage } from '../config/stage-definition.ts';
import type { Hashes } from '../disk/hashes.ts';
import type { StoredFile } from '../disk/listing.ts';
import { describeDifference } from './difference.ts';

export const KEY_FORMAT = 3;

export interface Key {
  /** Of this interface: a new meaning of a field must not meet old records. */
  readonly format: number;
  /** The script that is started, since the same files could be started at another one. Relative to the project. */
  readonly script: string;
  /**
   * As resolved, defaults filled in: a default that changes is a change. A file counts by its content, not its path; a
   * word that stands for what the machine has, by what `identity` says of it.
   */
  readonly params: Readonly<Record<string, unknown>>;
  /** `dataset/pairs.arrow` -> SHA-256: by content, so an upstream rerun that gives the same bytes stops there. */
  readonly inputs: Readonly<Record<string, string>>;
  /**
   * Every file of ours that the stage imports -> SHA-256 of its text without comments, types and white space, which is
   * what runs; or names as an asset -> SHA-256 of its content. New code may write other bytes.
   */
  readonly code: Readonly<Record<string, string>>;
  /** Packages that this code imports, and what they depend on -> version as installed. */
  readonly packages: Readonly<Record<string, string>>;
  /** What the stage says that its bits would depend on here (arithmetic, library): other rounding, other bits. */
  readonly identity: Readonly<Record<string, string>>;
  /** Declared environment variables, null where unset. Others do not reach the stage. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Node's major version: its Math functions and zlib may differ. */
  readonly node: string;
  /** Operating system and processor architecture: libm and native packages differ. */
  readonly platform: string;
}

/** Files of a needed stage's folder, by the name of the stage. */
export type Inputs = Readonly<Record<string, readonly StoredFile[]>>;

/** The key that `stage` has with this code; `note` is told what a user should know of what the stage runs on. */
export async function computeKey(
  stage: Stage,
  inputs: Inputs,
  { code, packages }: Pick<Key, 'code' | 'packages'>,
  hashes: Hashes,
  note: (line: string) => void,
): Promise<Key> {
  const params: Record<string, unknown> = { ...stage.params };
  for (const name of stage.resolvedParams) delete params[name];
  for (const { name, folderOf } of stage.fileParams) {
    const path = params[name];
    if (typeof path === 'string') params[name] = { sha256: await contentOf(path, folderOf, hashes) };
  }
  const files = Object.entries(inputs).flatMap(([need, listing]) =>
    listing.map(
      ({ path, sha256, executable }) => [`${need}/${path}`, sha256 + (executable ? ' x' : '')] as const,
    ),
  );
  return {
    format: KEY_FORMAT,
    script: stage.script,
    params,
    inputs: Object.fromEntries(files),
    code,
    packages,
    identity: await stage.identity(note),
    env: Object.fromEntries(stage.env.map((name) => [name, process.env[name] ?? null])),
    node: process.versions.node.split('.')[0]!,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** SHA-256 of a file; of a folder those of the files that count in it, null for one that is not there. */
async function contentOf(
  path: string,
  folderOf: readonly string[],
  hashes: Hashes,
): Promise<string | Record<string, string | null>> {
  if (folderOf.length === 0 || !(await stat(path)).isDirectory()) return hashes.of(path);
  const entries = folderOf.map(async (name) => {
    const sha256 = await hashes.of(join(path, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return [name, sha256] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** SHA-256 of the key's canonical JSON, in hex. */
export function hashKey(key: Key): string {
  return createHash('sha256').update(canonicalJson(key)).digest('hex');
}

/** What differs between two keys, one line a field; empty where nothing does. */
export function compareKeys(before: Key, now: Key): string[] {
  const lines: string[] = [];
  const scalar = (name: string, old: unknown, value: unknown): void => {
    if (canonicalJson(old ?? null) !== canonicalJson(value ?? null))
      lines.push(`${name}: ${show(old)} -> ${show(value)}`);
  };
  const group = (
    prefix: string,
    old: Readonly<Record<string, unknown>>,
    values: Readonly<Record<string, unknown>>,
    line: (name: string, old: unknown, value: unknown) => void,
  ): void => {
    for (const name of [...new Set([...Object.keys(old), ...Object.keys(values)])].sort(byCodeUnit))
      if (canonicalJson(old[name] ?? null) !== canonicalJson(values[name] ?? null))
        line(prefix + name, old[name], values[name]);
  };
  const content = (name: string, old: unknown, value: unknown): void => {
    lines.push(`${name} ${old === undefined ? 'added' : value === undefined ? 'removed' : 'changed'}`);
  };
  const named = (name: string, old: unknown, value: unknown): void => {
    lines.push(`${name}: ${plain(old)} -> ${plain(value)}`);
  };
  scalar('key format', before.format, now.format);
  scalar('script', before.script, now.script);
  group('params.', before.params, now.params, (name, old, value) =>
    isFile(old) && isFile(value)
      ? content(name, old, value)
      : lines.push(...describeDifference(name, old, value)),
  );
  group('', before.inputs, now.inputs, content);
  group('', before.code, now.code, content);
  group('', before.packages, now.packages, named);
  group('identity.', before.identity, now.identity, named);
  group('env.', before.env, now.env, named);
  scalar('node', before.node, now.node);
  scalar('platform', before.platform, now.platform);
  return lines;
}

const isFile = (value: unknown): boolean => typeof value === 'object' && value !== null && 'sha256' in value;

const plain = (value: unknown): string => (typeof value === 'string' ? value : 'none');
