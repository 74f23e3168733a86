/**
 * Finds the closure of a stage. esbuild's metafile lists imports. Other files that a module names (a worker, C source,
 * .wasm, a font) are found in its text; those that are scripts are searched in turn.
 */
import { createHash } from 'node:crypto';
import { join, relative, sep } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { bundle, esbuildVersion, TSCONFIG } from '../../files/bundle.ts';
import { byCodeUnit } from '../../files/canonical-json.ts';
import { Failure } from '../../files/failure.ts';
import { readText } from '../../files/regular-file.ts';
import { hashOrMissing, type Hashes } from '../disk/hashes.ts';
import { findInstalled } from './packages.ts';
import { findReach } from './reach.ts';
import { keepText, textOf } from './texts.ts';

/** What was found, and what it was found from. */
export interface Trace {
  /**
   * Path relative to the root, with forward slashes -> SHA-256 of the text that runs (for a module) or of the content
   * (for an asset); `missing` if an asset does not exist.
   */
  readonly files: Readonly<Record<string, string>>;
  /** Those of `files` that the stage reads from the disk while it runs. */
  readonly assets: readonly string[];
  /** Packages that these files import, and their dependencies -> installed version. */
  readonly packages: Readonly<Record<string, string>>;
  readonly esbuild: string;
  /** SHA-256 of the content of every file that was read, or `missing`. */
  readonly sources: Readonly<Record<string, string>>;
  /** Files from which package versions were read -> identity, see `identityOf`. */
  readonly installed: Readonly<Record<string, string>>;
}

const SCRIPT = /\.[cm]?[jt]s$/;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The closure of `script` and its params file. Keeps the texts of its modules in `cache`. */
export async function trace(root: string, script: string, cache: string, hashes: Hashes): Promise<Trace> {
  /** Path relative to the root -> source of the module; each is read once. */
  const read = new Map<string, string>();
  const assets = new Set<string>();
  const packages = new Set<string>();
  const sources: Record<string, string> = {};
  const files: Record<string, string> = {};
  let entries = [script, script.replace(/(\.[cm]?[jt]s)?$/, '.params$1')];
  for (let isReached = false; entries.length > 0; isReached = true) {
    const inputs = await readModules(root, script, entries, read);
    const unread = entries.find((path) => !(path in inputs));
    if (unread !== undefined)
      throw new Failure(`${unread} is a link to a file elsewhere`, 'put the file itself there');
    const found = new Set<string>();
    for (const [path, { imports }] of Object.entries(inputs)) {
      const source = read.get(path);
      if (source === undefined) continue; // an asset, or an import of many files by a pattern, which is refused
      if (isReached) assets.add(path); // the stage may start it, or read or bundle the file itself
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
  for (const path of assets) files[path] ??= sources[path] = await hashOrMissing(join(root, path), hashes);
  const installed = await findInstalled(root, [...packages].sort(byCodeUnit));
  return {
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
  script: string,
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
    throw new Failure(`${script} cannot be read: ${error.message.split('\n').slice(1, 2).join('').trim()}`);
  });
  return metafile.inputs;
}
