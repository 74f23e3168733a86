/**
 * The texts that stages run: the modules of the project without types, comments and white space. Each text is saved in
 * `code/` of the cache under its SHA-256, which is also what keys contain. A source map beside it lets stack traces name
 * lines of the file. JSON is saved unchanged.
 */
import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { minify } from '../../files/bundle.ts';
import { readRegular, readText } from '../../files/regular-file.ts';
import { replaceFile } from '../../files/whole-file.ts';

const MODULE = /\.([cm]?[jt]s|json)$/;

/** Whether a file is a module, which runs as a text. All other files are assets. */
const isModule = (path: string): boolean => MODULE.test(path);

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** The text of a module, and its source map; JSON has none. */
export interface Text {
  readonly code: string;
  readonly map: string;
}

/** By path and source, so that a file that several stages share is minified once. */
const minified = new Map<string, Promise<Text>>();

/** The text of the module at `path`. Throws esbuild's error if it cannot be parsed. */
export function textOf(path: string, source: string): Promise<Text> {
  if (path.endsWith('.json')) return Promise.resolve({ code: source, map: '' });
  const id = `${path} ${sha256(source)}`;
  const making = minified.get(id) ?? minify(source, /ts$/.test(path) ? 'ts' : 'js');
  minified.set(id, making);
  return making;
}

/** Path of a text in a cache -> the source map beside it. Both have been found or put there by this process. */
const kept = new Map<string, string>();

/** Looks again whether texts are there. Needed when one has been lost. */
export const forgetTexts = (): void => kept.clear();

/**
 * Saves a text in `cache`, if that can be written to. Returns the hash of the text. Stages share most modules: what this
 * process has saved is not looked for again.
 */
export async function keepText(cache: string, { code, map }: Text): Promise<string> {
  const hash = sha256(code);
  const path = join(cache, 'code', hash);
  if (kept.get(path) === map) return hash;
  const keep = (name: string, text: string): Promise<void> =>
    replaceFile(join(cache, 'code', name), text).catch(() => {}); // a missing text is noticed when a stage starts
  if (!(await isKept(cache, hash))) await keep(hash, code);
  if (map !== '') await keep(`${hash}.map`, map); // an edited comment changes only the map: the newest one is right
  kept.set(path, map);
  return hash;
}

/** Whether the text is there and whole. If so, sets its times to now, so that gc does not remove it. */
async function isKept(cache: string, hash: string): Promise<boolean> {
  const path = join(cache, 'code', hash);
  const text = await readRegular(path).catch(() => null);
  if (text === null || sha256(text) !== hash) return false;
  const now = new Date();
  for (const each of [path, `${path}.map`]) await utimes(each, now, now).catch(() => {});
  return true;
}

/**
 * Writes the manifest for loader.mjs: which text to run for which file of the project in `root`. Returns its path, or
 * null if a text is not kept.
 */
export async function writeManifest(
  cache: string,
  root: string,
  code: Readonly<Record<string, string>>,
): Promise<string | null> {
  const files = Object.fromEntries(Object.entries(code).filter(([path]) => isModule(path)));
  for (const hash of Object.values(files)) if (!(await isKept(cache, hash))) return null;
  const manifest = JSON.stringify({ root, files });
  const path = join(cache, 'code', `${sha256(manifest)}.json`);
  if ((await readText(path).catch(() => '')) !== manifest) await replaceFile(path, manifest);
  return path;
}
