/**
 * The key of a stage: everything that decides the bytes it writes, and nothing else. Two runs with the same key write the
 * same folder, so the second one is not needed. The key leaves out the name of the stage, times, hosts, paths of the
 * machine, thread counts, log levels, and the comments and the order of pipeline.yaml.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { byCodeUnit, canonicalJson } from '../../files/canonical-json.ts';
import { show } from '../../files/problem.ts';
import type { Stage } from '../config/stage-definition.ts';
import { withValueAt } from '../config/value-at.ts';
import type { Hashes } from '../disk/hashes.ts';
import type { StoredFile } from '../disk/listing.ts';
import { describeDifference } from './difference.ts';

export const KEY_FORMAT = 3;

export interface Key {
  /** Version of this interface, so that old records are not read with new meanings of the fields. */
  readonly format: number;
  /** The script that is started, relative to the project: the same files could be started from another script. */
  readonly script: string;
  /**
   * With defaults filled in, so that a changed default counts. A file counts by its content, not by its path. A word such
   * as `auto` counts by what it stands for on this machine, which `identity` says.
   */
  readonly params: Readonly<Record<string, unknown>>;
  /** `dataset/pairs.arrow` -> SHA-256 of the content: nothing changes if a needed stage writes the same bytes again. */
  readonly inputs: Readonly<Record<string, string>>;
  /**
   * Every file of the project that the stage imports -> SHA-256 of the text that runs, without comments, types and white
   * space; every asset that it names -> SHA-256 of the content. New code may write other bytes.
   */
  readonly code: Readonly<Record<string, string>>;
  /** Packages that this code imports, and their dependencies -> installed version. */
  readonly packages: Readonly<Record<string, string>>;
  /** What the stage says its bits depend on (arithmetic, library): others may round differently. */
  readonly identity: Readonly<Record<string, string>>;
  /** Declared environment variables, null if unset. The stage gets no others. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Node's major version: its Math functions and zlib may differ. */
  readonly node: string;
  /** Operating system and processor architecture: libm and native packages differ. */
  readonly platform: string;
}

/** Name of a needed stage -> the files in its folder. */
export type Inputs = Readonly<Record<string, readonly StoredFile[]>>;

/** The key of `stage` with this code. Calls `note` with lines that the user should see about what the stage runs on. */
export async function computeKey(
  stage: Stage,
  inputs: Inputs,
  { code, packages }: Pick<Key, 'code' | 'packages'>,
  hashes: Hashes,
  note: (line: string) => void,
): Promise<Key> {
  let params: Record<string, unknown> = { ...stage.params };
  for (const name of stage.resolvedParams) delete params[name];
  for (const { at, path, folderOf, rest } of stage.fileParams) {
    const content = { sha256: await contentOf(path, folderOf, hashes), ...(rest !== null && { rest }) };
    params = withValueAt(params, at, content) as Record<string, unknown>;
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

/** SHA-256 of a file; for a folder, that of each file that counts, or null for one that does not exist. */
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

/** What differs between two keys, a line for each field; empty if they are equal. */
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
