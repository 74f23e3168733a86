/**
 * The closure of a stage: every file of ours that can decide what it writes, and the packages these import.
 *
 * esbuild's metafile gives what is imported; `new URL('...', import.meta.url)` with a literal is the only way to reach
 * anything else (a worker, C source, .wasm, a font), so a scan finds those, and goes on into the scripts among them.
 * esbuild costs some tens of milliseconds a stage, so a closure is kept, and believed while the content of every file
 * in it is what it was: it is a function of these contents.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readText } from '../files/regular-file.ts';
import { bundle } from './bundle.ts';
import { replaceFile } from './durable.ts';
import type { Hashes } from './hashes.ts';
import { byCodeUnit } from './listing.ts';
import { Failure } from './problem.ts';

export interface Closure {
  /** Path relative to the root, with forward slashes -> SHA-256, or `missing` for an asset that is not there. */
  readonly files: Readonly<Record<string, string>>;
  /** Names of packages that these files import. */
  readonly packages: readonly string[];
}

/** Of what the scan finds: a closure that an older one found is not believed. */
const VERSION = 2;
const SCRIPT = /\.[cm]?[jt]s$/;
const URL_CALL = /new\s+URL\(\s*([^,()]*?)\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const RESOLVE_CALL =
  /\b(?:require|import\.meta|createRequire\(\s*import\.meta\.url\s*\))(?:\.resolve)?\(\s*['"]([^'"]+)['"]/g;
const LITERAL = /^(['"`])([^'"`$\\]+)\1$/;

/** The closure of the script `run` and its params file. `cache`: a folder to keep closures in. */
export async function findClosure(
  root: string,
  run: string,
  cache: string,
  hashes: Hashes,
): Promise<Closure> {
  const kept = join(cache, `${createHash('sha256').update(run).digest('hex').slice(0, 32)}.json`);
  const known = parseClosure(await readText(kept).catch(() => ''));
  if (known && (await isCurrent(known, root, hashes))) return known;
  const closure = await trace(root, run, hashes);
  await replaceFile(kept, JSON.stringify({ version: VERSION, ...closure }));
  return closure;
}

async function isCurrent(closure: Closure, root: string, hashes: Hashes): Promise<boolean> {
  for (const [path, sha256] of Object.entries(closure.files))
    if ((await contentOf(join(root, path), hashes)) !== sha256) return false;
  return true;
}

/** Only what is not there is missing: a file that cannot be read must not pass for one that never was. */
const contentOf = (path: string, hashes: Hashes): Promise<string> =>
  hashes.of(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'missing';
    throw error;
  });

async function trace(root: string, run: string, hashes: Hashes): Promise<Closure> {
  const files = new Set<string>();
  const packages = new Set<string>();
  let entries = [run, run.replace(/(\.[cm]?[jt]s)?$/, '.params$1')].map((path) => join(root, path));
  while (entries.length > 0) {
    const { metafile } = await bundle({
      entryPoints: entries,
      absWorkingDir: root,
      outdir: root,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    }).catch((error: Error) => {
      throw new Failure(`${run} cannot be read: ${error.message.split('\n').slice(1, 2).join('').trim()}`);
    });
    const scripts = Object.entries(metafile.inputs).map(([path, input]) => {
      for (const { path: name, external } of input.imports) if (external) packages.add(packageName(name));
      return join(root, path);
    });
    const assets = new Set<string>();
    for (const script of scripts) {
      if (files.has(script)) continue;
      files.add(script);
      const text = await readText(script);
      for (const asset of await findAssets(script, text, root)) assets.add(asset);
      for (const { 1: name } of text.matchAll(RESOLVE_CALL))
        if (!/^[./]/.test(name!)) packages.add(packageName(name!));
    }
    entries = [...assets].filter((path) => !files.has(path) && SCRIPT.test(path));
    for (const path of assets) if (!SCRIPT.test(path)) files.add(path);
  }
  const contents: Record<string, string> = {};
  for (const path of [...files].sort(byCodeUnit))
    contents[relative(root, path).split(sep).join('/')] = await contentOf(path, hashes);
  return { files: contents, packages: [...packages].filter((name) => name !== '').sort(byCodeUnit) };
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

function parseClosure(text: string): Closure | null {
  try {
    const { version, files, packages } = JSON.parse(text) as Closure & { version: number };
    return version === VERSION ? { files, packages } : null;
  } catch {
    return null;
  }
}
