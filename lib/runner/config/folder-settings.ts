/**
 * The settings that made a folder of results other than `artifacts/`: overrides, pipeline file and cache. A run writes
 * them to `.runs/settings.json` in that folder before it writes results, and later commands on the folder use them again,
 * so that a quick run stays quick. `artifacts/` itself always follows pipeline.yaml.
 */
import { createHash } from 'node:crypto';
import { lstat, realpath, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ConfigurationError, renderProblem } from '../../files/problem.ts';
import { readText } from '../../files/regular-file.ts';
import { shortPath } from '../../files/short-path.ts';
import { replaceFile } from '../../files/whole-file.ts';
import { formatOverride, parseOverrides, type Override } from './override.ts';
import { rootOf } from './pipeline.ts';
import { contains } from './roots.ts';

export interface Settings {
  readonly overrides: readonly Override[];
  /** Path of the pipeline file; null for pipeline.yaml. */
  readonly file: string | null;
  /** Path of the cache; null for the folder `.cache` beside stages/. */
  readonly cache: string | null;
}

/** Settings that a command line gives. */
export type Given = Settings & { readonly artifacts: string | null; readonly asWritten: boolean };

const NOTHING: Settings = { overrides: [], file: null, cache: null };

/**
 * Completes the settings of a command line with those that its folder remembers. `line` tells the user what was added;
 * null if nothing was. Throws a ConfigurationError if the remembered settings cannot be read.
 */
export async function recall<G extends Given>(given: G): Promise<{ settings: G; line: string | null }> {
  const folder = given.artifacts === null || given.asWritten ? null : resolve(given.artifacts);
  if (folder === null || (await isDefault(folder, given.file))) return { settings: given, line: null };
  const known = await readSettings(folder);
  const isReplaced = ({ stage, param }: Override): boolean =>
    given.overrides.some((each) => each.stage === stage && each.param === param);
  const overrides = known.overrides.filter((each) => !isReplaced(each));
  const [file, cache] = [given.file ?? known.file, given.cache ?? known.cache];
  const words = [
    ...overrides.map((each) => `--set ${formatOverride(each)}`),
    ...(file !== given.file ? [`--file ${shortPath(file!)}`] : []),
    ...(cache !== given.cache ? [`--cache ${shortPath(cache!)}`] : []),
  ];
  const message = `is made with ${words.join(' ')} (--as-written ignores this)`;
  return {
    settings: { ...given, overrides: [...overrides, ...given.overrides], file, cache },
    line: words.length === 0 ? null : renderProblem({ place: shortPath(folder), message }),
  };
}

/** Writes the settings that `folder` is made with from now on. `root` is the folder of the project. */
export async function remember(folder: string, root: string, settings: Settings): Promise<void> {
  if (await isDefault(folder, join(root, 'pipeline.yaml'))) return;
  const place = (path: string | null, usual: string): string | null => {
    if (path === null || resolve(path) === join(root, usual)) return null;
    return contains(root, resolve(path)) ? relative(folder, resolve(path)) : resolve(path);
  };
  const last = new Map(
    settings.overrides.map((each) => [`${each.stage}.${each.param}`, formatOverride(each)]),
  );
  const kept = {
    set: [...last.values()].sort(),
    file: place(settings.file, 'pipeline.yaml'),
    cache: place(settings.cache, '.cache'),
  };
  const path = pathIn(folder);
  const isNothing = kept.set.length === 0 && kept.file === null && kept.cache === null;
  const text = isNothing ? '' : `${JSON.stringify({ ...kept, sha256: hash(kept) }, null, 1)}\n`;
  const found = await lstat(path).catch(() => null);
  if (isNothing ? !found : (await readText(path).catch(() => '')) === text) return;
  if (isNothing || !found?.isFile()) await rm(path, { recursive: true, force: true });
  if (!isNothing) await replaceFile(path, text);
}

const pathIn = (folder: string): string => join(folder, '.runs', 'settings.json');

/** Whether `folder` is `artifacts/` of the project that `file` belongs to. */
async function isDefault(folder: string, file: string | null): Promise<boolean> {
  const usual = join(await rootOf(file ?? 'pipeline.yaml'), 'artifacts');
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  return (await real(folder)) === (await real(usual));
}

async function readSettings(folder: string): Promise<Settings> {
  const path = pathIn(folder);
  try {
    const { sha256, ...kept } = JSON.parse(await readText(path)) as Kept & { sha256: string };
    if (sha256 !== hash(kept)) throw new SyntaxError();
    const overrides = parseOverrides(kept.set).map((each) => {
      return { ...each, place: `${each.place} of ${shortPath(folder)}` };
    });
    const [file, cache] = [kept.file, kept.cache].map((each) => each && resolve(folder, each));
    return { overrides, file: file ?? null, cache: cache ?? null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return NOTHING;
    const isDamaged = error instanceof SyntaxError || error instanceof TypeError;
    throw new ConfigurationError([
      {
        place: shortPath(path),
        message: `cannot be read, so it is unknown what ${shortPath(folder)} is made with (${isDamaged ? 'it is damaged' : message})`,
        hint: '--as-written follows pipeline.yaml; add what is to differ: --as-written --set train.seed=1',
      },
    ]);
  }
}

interface Kept {
  readonly set: readonly string[];
  readonly file: string | null;
  readonly cache: string | null;
}

const hash = ({ set, file, cache }: Kept): string =>
  createHash('sha256')
    .update(JSON.stringify([set, file, cache]))
    .digest('hex');
