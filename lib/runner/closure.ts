/**
 * The closure of a stage: every file of ours that can decide what it writes, and the packages these import.
 *
 * esbuild's metafile gives what is imported; `new URL('...', import.meta.url)` with a literal is the only way to reach
 * anything else (a worker, C source, .wasm, a font), so a scan finds those, and goes on into the scripts among them.
 * esbuild costs some tens of milliseconds a stage, so a closure is kept, and believed while the content of every file
 * in it is what it was: it is a function of these contents.
 */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Metafile, Plugin } from 'esbuild';
import { readText } from '../files/regular-file.ts';
import { bundle, esbuildVersion, TSCONFIG } from './bundle.ts';
import { replaceFile } from './durable.ts';
import type { Hashes } from './hashes.ts';
import { byCodeUnit } from './listing.ts';
import { Failure } from './problem.ts';
import { keepText } from './texts.ts';

export interface Closure {
  /**
   * Path relative to the root, with forward slashes -> SHA-256 of the text that runs, for a module; of the content, for
   * an asset, or `missing` where it is not there.
   */
  readonly files: Readonly<Record<string, string>>;
  /** Those of them that a stage may read as they stand on the disk. */
  readonly assets: readonly string[];
  /** Names of packages that these files import. */
  readonly packages: readonly string[];
}

/** A closure as it is kept: with what it was found from. */
interface Kept extends Closure {
  readonly version: number;
  readonly esbuild: string;
  /** SHA-256 of every file as it was read. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Of what the scan finds: a closure that an older one found is not believed. */
const VERSION = 3;
const SCRIPT = /\.[cm]?[jt]s$/;
const URL_CALL = /new\s+URL\(\s*([^,()]*?)\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const RESOLVE_CALL =
  /\b(?:require|import\.meta|createRequire\(\s*import\.meta\.url\s*\))(?:\.resolve)?\(\s*['"]([^'"]+)['"]/g;
const LITERAL = /^(['"`])([^'"`$\\]+)\1$/;

/** The closure of the script `run` and its params file. `cache`: a folder to keep it in, with the texts of its modules. */
export async function findClosure(
  root: string,
  run: string,
  cache: string,
  hashes: Hashes,
): Promise<Closure> {
  const path = keptAt(cache, run);
  const known = parseClosure(await readText(path).catch(() => ''));
  const found =
    known && (await isCurrent(known, root, hashes)) ? known : await trace(root, run, cache, hashes);
  if (found !== known) await replaceFile(path, JSON.stringify(found)).catch(() => {}); // found anew next time
  const { files, assets, packages } = found;
  return { files, assets, packages };
}

/** Makes the next search begin anew, as where a text was lost. */
export const forgetClosure = (cache: string, run: string): Promise<void> =>
  rm(keptAt(cache, run), { force: true });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const keptAt = (cache: string, run: string): string =>
  join(cache, 'closures', `${sha256(run).slice(0, 32)}.json`);

async function isCurrent({ esbuild, sources }: Kept, root: string, hashes: Hashes): Promise<boolean> {
  if (esbuild !== esbuildVersion()) return false;
  for (const [path, source] of Object.entries(sources))
    if ((await contentOf(join(root, path), hashes)) !== source) return false;
  return true;
}

/** Only what is not there is missing: a file that cannot be read must not pass for one that never was. */
const contentOf = (path: string, hashes: Hashes): Promise<string> =>
  hashes.of(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'missing';
    throw error;
  });

async function trace(root: string, run: string, cache: string, hashes: Hashes): Promise<Kept> {
  /** Path relative to the root -> the text of a module as it was read, once. */
  const texts = new Map<string, string>();
  const assets = new Set<string>();
  const packages = new Set<string>();
  const short = (path: string): string => relative(root, path).split(sep).join('/');
  let entries = [run, run.replace(/(\.[cm]?[jt]s)?$/, '.params$1')].map((path) => join(root, path));
  for (let isReached = false; entries.length > 0; isReached = true) {
    const inputs = await readModules(root, run, entries, texts);
    const found = new Set<string>();
    for (const [path, { imports }] of Object.entries(inputs)) {
      for (const { path: name, external } of imports) if (external) packages.add(packageName(name));
      const text = texts.get(path)!;
      for (const asset of await findAssets(join(root, path), text, root)) found.add(asset);
      for (const { 1: name } of text.matchAll(RESOLVE_CALL))
        if (!/^[./]/.test(name!)) packages.add(packageName(name!));
      if (isReached) assets.add(path); // it may be started by the loader, or read or bundled as it stands
    }
    for (const path of found) assets.add(short(path));
    entries = [...found].filter((path) => SCRIPT.test(path) && !texts.has(short(path)));
  }
  const files: Record<string, string> = {};
  const sources: Record<string, string> = {};
  for (const path of [...new Set([...texts.keys(), ...assets])].sort(byCodeUnit)) {
    const text = texts.get(path);
    sources[path] = text === undefined ? await contentOf(join(root, path), hashes) : sha256(text);
    files[path] = text === undefined ? sources[path] : await keepText(cache, path, text);
  }
  return {
    version: VERSION,
    esbuild: esbuildVersion(),
    files,
    assets: [...assets].sort(byCodeUnit),
    packages: [...packages].filter((name) => name !== '').sort(byCodeUnit),
    sources,
  };
}

/** Reads the modules that `entries` import, through esbuild, into `texts`. */
async function readModules(
  root: string,
  run: string,
  entries: readonly string[],
  texts: Map<string, string>,
): Promise<Metafile['inputs']> {
  const reader: Plugin = {
    name: 'reader',
    setup: (build) =>
      build.onLoad({ filter: /\.([cm]?[jt]s|json)$/ }, async ({ path }) => {
        const name = relative(root, path).split(sep).join('/');
        const contents = texts.get(name) ?? (await readText(path));
        texts.set(name, contents);
        return { contents, loader: path.endsWith('.json') ? 'json' : /ts$/.test(path) ? 'ts' : 'js' };
      }),
  };
  const { metafile } = await bundle({
    entryPoints: [...entries],
    absWorkingDir: root,
    outdir: root,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    tsconfigRaw: TSCONFIG,
    plugins: [reader],
  }).catch((error: Error) => {
    throw new Failure(`${run} cannot be read: ${error.message.split('\n').slice(1, 2).join('').trim()}`);
  });
  return metafile.inputs;
}

/** Files that `new URL('...', import.meta.url)` names in `text`. A folder is a place, not content. */
async function findAssets(script: string, text: string, root: string): Promise<string[]> {
  const found: string[] = [];
  for (const { 1: argument, index } of text.matchAll(URL_CALL)) {
    const literal = LITERAL.exec(argument!)?.[2];
    if (literal === undefined) {
      const line = text.slice(0, index).split('\n').length;
      throw new Failure(
        `${relative(root, script)}:${line} new URL(${argument}, import.meta.url) hides which file it reaches`,
        'write the path as a plain string, so that a change of the file is seen',
      );
    }
    const path = fileURLToPath(new URL(literal, pathToFileURL(script)));
    const isFolder = await stat(path).then(
      (stats) => stats.isDirectory(),
      () => literal.endsWith('/'),
    );
    if (!isFolder) found.push(path);
  }
  return found;
}

/** `d3-array/src/sum.js` -> `d3-array`; empty for a module of Node. */
function packageName(specifier: string): string {
  if (specifier.startsWith('node:') || isBuiltin(specifier)) return '';
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function parseClosure(text: string): Kept | null {
  try {
    const kept = JSON.parse(text) as Kept;
    return kept.version === VERSION ? kept : null;
  } catch {
    return null;
  }
}
