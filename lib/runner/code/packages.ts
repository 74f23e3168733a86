/**
 * The installed versions of packages and of everything they depend on, read where Node finds them. If they differ from
 * package-lock.json, no stage may run. An optional package counts with its version in the lock file, installed or not.
 * Code that never runs does not count: builds of the same version for other platforms, peers that only types need (the
 * compiler), and packages of types.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../files/failure.ts';
import { ConfigurationError } from '../../files/problem.ts';
import { readText } from '../../files/regular-file.ts';
import { identityOf } from '../disk/hashes.ts';

interface Manifest {
  readonly version?: string;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Lock = Readonly<Record<string, Manifest>>;

/** Versions, and the files they were read from. */
export interface Installed {
  /** Name -> version; if several are installed, all of them, with spaces between. */
  readonly versions: Readonly<Record<string, string>>;
  /** Files and folders that were looked for, relative to the root -> identity, or `missing`. */
  readonly seen: Readonly<Record<string, string>>;
}

const LOCK = 'package-lock.json';

/**
 * Versions of the packages `names`, which modules in `root` import, and of everything they need. Throws a
 * ConfigurationError if they are not those of the lock file.
 */
export async function findInstalled(root: string, names: readonly string[]): Promise<Installed> {
  const seen: Record<string, string> = {};
  const look = (path: string): boolean => (seen[path] ??= identityOf(join(root, path))) !== 'missing';
  const read = <T>(path: string): Promise<T> => readAsIdentified<T>(join(root, path), seen[path]!);
  const lock = look(LOCK) ? ((await read<{ packages?: Lock }>(LOCK)).packages ?? {}) : null;
  const versions = new Map<string, Set<string>>();
  const visited = new Set<string>();

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
    if (visited.has(place)) return;
    visited.add(place);
    const manifest = found?.manifest ?? lock![place]!;
    versions.set(name, (versions.get(name) ?? new Set()).add(manifest.version ?? 'unknown'));
    for (const needed of needs(manifest)) await visit(needed, place);
  };
  const findPlace = async (
    name: string,
    from: string,
  ): Promise<{ place: string; manifest: Manifest } | undefined> => {
    for (const place of places(name, from)) {
      if (!look(place.slice(0, -name.length - 1)) || !look(`${place}/package.json`)) continue;
      await refuseLinked(root, place, name);
      return { place, manifest: await read<Manifest>(`${place}/package.json`) };
    }
    return undefined;
  };
  for (const name of names) await visit(name, '');
  const sorted = [...versions].map(([name, all]) => [name, [...all].sort().join(' ')] as const);
  return { versions: Object.fromEntries(sorted), seen };
}

/** Folders in which Node looks for `name` from inside the package at `from`: the innermost node_modules first. */
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

/** A package may be a link into another node_modules, but not to a folder where somebody edits it. */
async function refuseLinked(root: string, place: string, name: string): Promise<void> {
  const real = await realpath(join(root, place));
  if (!real.endsWith(join('/node_modules', name)))
    refuse(place, `is a link to ${real}, whose code the key does not see`);
}

function refuse(place: string, message: string): never {
  throw new ConfigurationError([{ place, message: `${message}: run \`npm ci\`` }]);
}

/** What files held when they had this identity: stages share most packages, and all of them the lock file. */
const known = new Map<string, { readonly identity: string; readonly value: unknown }>();

async function readAsIdentified<T>(path: string, identity: string): Promise<T> {
  const earlier = known.get(path);
  if (earlier?.identity === identity) return earlier.value as T;
  const value = await readJson<T>(path);
  known.set(path, { identity, value });
  return value;
}

async function readJson<T>(path: string): Promise<T> {
  try {
    return JSON.parse(await readText(path)) as T;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Failure(`${path} is not JSON: ${error.message}`, 'run `npm ci`');
  }
}
