/**
 * The closure of a stage: every file of ours that can decide what it writes, and the packages these import.
 *
 * esbuild's metafile gives what is imported; what else a module names (a worker, C source, .wasm, a font) is found in its
 * text, and the search goes on into the scripts among that.
 * esbuild costs some tens of milliseconds a stage, so a closure is kept, and believed while the content of every file
 * in it is what it was: it is a function of these contents.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { bundle, esbuildVersion, TSCONFIG } from '../files/bundle.ts';
import { Failure } from '../files/failure.ts';
import { readText } from '../files/regular-file.ts';
import { identityOf, type Hashes } from './hashes.ts';
import { byCodeUnit } from './listing.ts';
import { findInstalled } from './packages.ts';
import { findReach } from './reach.ts';
import { readSealed, writeSealed } from './sealed.ts';
import { keepText, textOf } from './texts.ts';

export interface Closure {
  /**
   * Path relative to the root, with forward slashes -> SHA-256 of the text that runs, for a module; of the content, for
   * an asset, or `missing` where it is not there.
   */
  readonly files: Readonly<Record<string, string>>;
  /** Those of them that a stage may read as they stand on the disk. */
  readonly assets: readonly string[];
  /** Packages that these files import, and what they depend on -> version as installed. */
  readonly packages: Readonly<Record<string, string>>;
}

/** A closure as it is kept: with what it was found from. */
interface Kept extends Closure {
  readonly version: number;
  /** The script that it is the closure of. */
  readonly run: string;
  readonly esbuild: string;
  /** SHA-256 of every file as it was read, or `missing`. */
  readonly sources: Readonly<Record<string, string>>;
  /** What the versions of packages were read from -> identity. */
  readonly installed: Readonly<Record<string, string>>;
}

/** Of what the scan finds: a closure that an older one found is not believed. */
const VERSION = 6;
const SCRIPT = /\.[cm]?[jt]s$/;

/** The closure of the script `run` and its params file. `cache`: a folder to keep it in, with the texts of its modules. */
export async function findClosure(
  root: string,
  run: string,
  cache: string,
  hashes: Hashes,
): Promise<Closure> {
  const path = keptAt(cache, run);
  const known = believed((await readSealed(path)).value, run);
  const found =
    known && (await isCurrent(known, root, hashes)) ? known : await trace(root, run, cache, hashes);
  if (found !== known) await writeSealed(path, found).catch(() => {}); // found anew next time
  const { files, assets, packages } = found;
  return { files, assets, packages };
}

/** Makes the next search begin anew, as where a text was lost. */
export const forgetClosure = (cache: string, run: string): Promise<void> =>
  rm(keptAt(cache, run), { recursive: true, force: true });

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const keptAt = (cache: string, run: string): string =>
  join(cache, 'closures', `${sha256(run).slice(0, 32)}.json`);

async function isCurrent(kept: Kept, root: string, hashes: Hashes): Promise<boolean> {
  if (kept.esbuild !== esbuildVersion()) return false;
  for (const [path, identity] of Object.entries(kept.installed))
    if (identityOf(join(root, path)) !== identity) return false;
  for (const [path, source] of Object.entries(kept.sources)) {
    const file = join(root, path);
    if (source === 'missing' ? existsSync(file) : (await contentOf(file, hashes)) !== source) return false;
  }
  return true;
}

/** Only what is not there is missing: a file that cannot be read must not pass for one that never was. */
const contentOf = (path: string, hashes: Hashes): Promise<string> =>
  hashes.of(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 'missing';
    throw error;
  });

async function trace(root: string, run: string, cache: string, hashes: Hashes): Promise<Kept> {
  /** Path relative to the root -> a module as it was read, once. */
  const read = new Map<string, string>();
  const assets = new Set<string>();
  const packages = new Set<string>();
  const sources: Record<string, string> = {};
  const files: Record<string, string> = {};
  let entries = [run, run.replace(/(\.[cm]?[jt]s)?$/, '.params$1')];
  for (let isReached = false; entries.length > 0; isReached = true) {
    const inputs = await readModules(root, run, entries, read);
    const unread = entries.find((path) => !(path in inputs));
    if (unread !== undefined)
      throw new Failure(`${unread} is a link to a file elsewhere`, 'put the file itself there');
    const found = new Set<string>();
    for (const [path, { imports }] of Object.entries(inputs)) {
      const source = read.get(path);
      if (source === undefined) continue; // no module, or esbuild's name for an import of many, which is refused
      if (isReached) assets.add(path); // it may be started by the loader, or read or bundled as it stands
      const text = await textOf(path, source);
      sources[path] = sha256(source);
      files[path] ??= await keepText(cache, text);
      if (path.endsWith('.json')) continue;
      const reach = await findReach(root, path, text, imports);
      for (const name of reach.packages) packages.add(name);
      for (const file of reach.files) found.add(file);
    }
    for (const path of found) assets.add(path);
    entries = [...found].filter((path) => SCRIPT.test(path) && !read.has(path));
  }
  for (const path of assets) files[path] ??= sources[path] = await contentOf(join(root, path), hashes);
  const installed = await findInstalled(root, [...packages].sort(byCodeUnit));
  return {
    version: VERSION,
    run,
    esbuild: esbuildVersion(),
    files: Object.fromEntries(Object.entries(files).sort(([x], [y]) => byCodeUnit(x, y))),
    assets: [...assets].sort(byCodeUnit),
    packages: installed.versions,
    sources,
    installed: installed.seen,
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
    entryPoints: entries.map((path) => join(root, path)),
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

/** What an older scan found, or what was found for another script, is not. */
function believed(value: unknown, run: string): Kept | null {
  const kept = value as Kept | undefined;
  return kept?.version === VERSION && kept.run === run ? kept : null;
}
