/**
 * The closure of a stage: every project file that can affect what it writes, and the packages that those files import.
 * esbuild needs some tens of milliseconds to find one, so a closure is saved and used until one of its files changes.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { esbuildVersion } from '../../files/bundle.ts';
import type { Pipeline, Stage } from '../config/stage-definition.ts';
import { hashOrMissing, identityOf, type Hashes } from '../disk/hashes.ts';
import { readSealed, writeSealed } from '../disk/sealed.ts';
import { forgetTexts } from './texts.ts';
import type { Trace } from './trace.ts';

export type Closure = Pick<Trace, 'files' | 'assets' | 'packages'>;

/** The part of a key that the code of the stage decides. */
export interface Code {
  /** See Key. */
  readonly code: Closure['files'];
  readonly packages: Closure['packages'];
  /** Files of `code` that the stage reads from the disk while it runs. */
  readonly assets: readonly string[];
}

/** A closure as it is saved, with everything that it was derived from. */
interface Kept extends Trace {
  readonly version: number;
  /** The script whose closure this is. */
  readonly script: string;
}

/** Version of the search. Closures that another version found are not used. */
const VERSION = 7;

/** The code of the stage as it is now. `cache` is the folder for closures and texts. */
export async function readCode(
  { root }: Pipeline,
  { script }: Stage,
  cache: string,
  hashes: Hashes,
): Promise<Code> {
  const { files, assets, packages } = await findClosure(root, script, cache, hashes);
  return { code: files, assets, packages };
}

/** The closure of `script` and its params file. It is saved in the folder `cache`, with the texts of its modules. */
export async function findClosure(
  root: string,
  script: string,
  cache: string,
  hashes: Hashes,
): Promise<Closure> {
  const known = ifCurrent((await readSealed(keptAt(cache, script))).value, script);
  const { files, assets, packages } =
    known && (await isCurrent(known, root, hashes))
      ? known
      : await searchClosure(root, script, cache, hashes);
  return { files, assets, packages };
}

async function searchClosure(root: string, script: string, cache: string, hashes: Hashes): Promise<Kept> {
  const { trace } = await import('./trace.ts');
  const found = { version: VERSION, script, ...(await trace(root, script, cache, hashes)) };
  await writeSealed(keptAt(cache, script), found).catch(() => {}); // if this fails, the next run searches again
  return found;
}

/** Deletes a saved closure, so that the next call searches for it again. Needed when a text has been lost. */
export function forgetClosure(cache: string, script: string): Promise<void> {
  forgetTexts();
  return rm(keptAt(cache, script), { recursive: true, force: true });
}

const keptAt = (cache: string, script: string): string =>
  join(cache, 'closures', `${createHash('sha256').update(script).digest('hex').slice(0, 32)}.json`);

async function isCurrent(kept: Kept, root: string, hashes: Hashes): Promise<boolean> {
  if (kept.esbuild !== esbuildVersion()) return false;
  for (const [path, identity] of Object.entries(kept.installed))
    if (identityOf(join(root, path)) !== identity) return false;
  for (const [path, source] of Object.entries(kept.sources)) {
    const file = join(root, path);
    if (source === 'missing' ? existsSync(file) : (await hashOrMissing(file, hashes)) !== source)
      return false;
  }
  return true;
}

/** The saved closure; null if another version of the search found it, or if it belongs to another script. */
function ifCurrent(value: unknown, script: string): Kept | null {
  const kept = value as Kept | undefined;
  return kept?.version === VERSION && kept.script === script ? kept : null;
}
