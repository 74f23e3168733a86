/**
 * Versions of packages and of all that they depend on, as they are installed where Node finds them. Where package-lock.json
 * says something else nothing may run. Optional packages are as the lock file has them, installed or not: builds of the
 * same version for other platforms, and peers such as the compiler that only types speak of, are left out. So are packages
 * of types: nothing of them runs.
 */
import { lstatSync, readlinkSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, Failure } from './problem.ts';

interface Manifest {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Lock = Readonly<Record<string, Manifest>>;

/** Versions, and everything that they were found from. */
export interface Installed {
  /** Name -> version, or all its versions. */
  readonly versions: Readonly<Record<string, string>>;
  /** Files that were looked for, relative to the root. */
  readonly files: readonly string[];
  /** Folder that may be a link, relative to the root -> what it links to, or nothing. */
  readonly links: Readonly<Record<string, string>>;
}

const LOCK = 'package-lock.json';

/**
 * Of `names`, as modules in `root` import them, and of everything that they need. Throws a ConfigurationError where they
 * are not what the lock file says.
 */
export async function findInstalled(root: string, names: readonly string[]): Promise<Installed> {
  const lock = parseLock(await readIfThere(join(root, LOCK)), join(root, LOCK));
  const files = new Set([LOCK]);
  const links: Record<string, string> = { node_modules: linkOf(join(root, 'node_modules')) };
  const versions = new Map<string, Set<string>>();
  const seen = new Set<string>();

  const visit = async (name: string, from: string): Promise<void> => {
    if (name.startsWith('@types/')) return;
    const locked = places(name, from).find((place) => lock !== null && place in lock);
    const found = await findPlace(name, from);
    if (lock) refuseOther(name, found, locked, lock);
    const place = found?.place ?? locked;
    if (place === undefined) {
      if (from === '') versions.set(name, new Set(['not installed']));
      return;
    }
    if (seen.has(place)) return;
    seen.add(place);
    const manifest = found?.manifest ?? lock![place]!;
    versions.set(name, (versions.get(name) ?? new Set()).add(manifest.version ?? 'unknown'));
    for (const needed of needs(manifest)) await visit(needed, place);
  };
  const findPlace = async (
    name: string,
    from: string,
  ): Promise<{ place: string; manifest: Manifest } | undefined> => {
    for (const place of places(name, from)) {
      const file = `${place}/package.json`;
      files.add(file);
      const text = await readIfThere(join(root, file));
      if (text === null) continue;
      links[place] = linkOf(join(root, place));
      await refuseLinked(root, place, name);
      return { place, manifest: parse<Manifest>(text, join(root, file)) };
    }
    return undefined;
  };
  for (const name of names) await visit(name, '');
  const sorted = [...versions].map(([name, all]) => [name, [...all].sort().join(' ')] as const);
  return { versions: Object.fromEntries(sorted), files: [...files], links };
}

/** What a folder links to; nothing where it is none or not there. */
export function linkOf(path: string): string {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : '';
}

/** Where `name` may be for what is inside the package at `from`, as Node looks for it: the innermost node_modules first. */
function places(name: string, from: string): string[] {
  const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (from === '') return [place];
  const outer = from.lastIndexOf('/node_modules/');
  return [place, ...places(name, outer === -1 ? '' : from.slice(0, outer))];
}

function needs({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}: Manifest): string[] {
  const own = Object.keys(dependencies).filter((name) => !(name in optionalDependencies));
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [...own, ...peers];
}

function refuseOther(
  name: string,
  found: { place: string; manifest: Manifest } | undefined,
  locked: string | undefined,
  lock: Lock,
): void {
  const wanted = locked === undefined ? undefined : lock[locked];
  if (!found && (!wanted || wanted.optional)) return;
  if (found?.place === locked && found?.manifest.version === wanted?.version) return;
  const place = found?.place ?? locked ?? name;
  const where = found && wanted && found.place !== locked ? ` in ${locked}` : '';
  refuse(
    place,
    `is ${found ? found.manifest.version : 'not installed'}, ` +
      (wanted ? `${LOCK} says ${wanted.version}${where}` : `${LOCK} does not have it`),
  );
}

/** A package may be a link within folders of packages, but not to where somebody works on it. */
async function refuseLinked(root: string, place: string, name: string): Promise<void> {
  const real = await realpath(join(root, place));
  if (!real.endsWith(join('/node_modules', name)))
    refuse(place, `is a link to ${real}, whose code the key does not see`);
}

function refuse(place: string, message: string): never {
  throw new ConfigurationError([{ place, message: `${message}: run \`npm ci\`` }]);
}

async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
}

/** The `packages` of a lock file; null where there is none. */
function parseLock(text: string | null, path: string): Lock | null {
  return text === null ? null : (parse<{ packages?: Lock }>(text, path).packages ?? {});
}

function parse<T>(text: string, path: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Failure(`${path} is not JSON: ${(error as Error).message}`, 'run `npm ci`');
  }
}
