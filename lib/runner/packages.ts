/**
 * Versions of packages and of all that they depend on, as package-lock.json pins them. Optional ones are left out:
 * builds of the same version for other platforms, and peers such as the compiler that only types speak of. So are
 * packages of types: nothing of them runs.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from './problem.ts';

interface Locked {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

type Lock = Readonly<Record<string, Locked>>;

/** The lock file as it was last read: every key of a run asks for it, and parsing it takes a millisecond or more. */
let last: { readonly text: string; readonly lock: Lock } | undefined;

/** The `packages` of the lock file in `root`; empty where there is none. */
export async function readLock(root: string): Promise<Lock> {
  const path = join(root, 'package-lock.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  if (text !== last?.text) last = { text, lock: parseLock(text, path) };
  return last.lock;
}

function parseLock(text: string, path: string): Lock {
  try {
    return (JSON.parse(text) as { packages?: Lock }).packages ?? {};
  } catch (error) {
    throw new Failure(`${path} is not JSON: ${(error as Error).message}`, 'run `npm install` to mend it');
  }
}

/** Name -> version, or all its versions, of `names` and of everything that they need. */
export function pinnedVersions(lock: Lock, names: readonly string[]): Record<string, string> {
  const versions = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const visit = (name: string, from: string): void => {
    if (name.startsWith('@types/')) return;
    const path = locate(lock, name, from);
    if (path === null) {
      if (from === '') versions.set(name, new Set(['not in package-lock.json']));
      return;
    }
    if (seen.has(path)) return;
    seen.add(path);
    const { version = '', dependencies, peerDependencies = {}, peerDependenciesMeta = {} } = lock[path]!;
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
    const peers = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
    for (const needed of [...Object.keys(dependencies ?? {}), ...peers]) visit(needed, path);
  };
  for (const name of names) visit(name, '');
  return Object.fromEntries([...versions].map(([name, all]) => [name, [...all].sort().join(' ')]));
}

/** Where `name` is found from inside the package at `from`: the innermost node_modules that has it. */
function locate(lock: Lock, name: string, from: string): string | null {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (path in lock) return path;
  if (from === '') return null;
  const outer = from.lastIndexOf('/node_modules/');
  return locate(lock, name, outer === -1 ? '' : from.slice(0, outer));
}
