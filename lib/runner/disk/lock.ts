/**
 * Locks between processes: one exclusive holder, or many shared ones. A lock is a folder; whoever wants it puts a file
 * with its identity there under a name that is never used again, then looks who else is there: of two, at least the
 * later one sees the other and steps back. Files of the dead are removed by that unique name, so nothing alive can be
 * broken by mistake, and nobody ever removes a lock by hand.
 *
 * The death of a process on another host cannot be looked up, so holders touch their file now and then: one that was
 * not touched for minutes, by the waiter's own clock, is held by nobody.
 */
import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../files/failure.ts';
import { readText } from '../../files/regular-file.ts';
import { discard, makeFolder } from '../../files/whole-file.ts';
import { isDead, isOnThisHost, ownerOf, parseOwner, type Owner } from './owner.ts';

export type Mode = 'exclusive' | 'shared';

export interface Waiting {
  /** Called once, when somebody else holds the lock. */
  readonly onWait: (owner: Owner) => void;
  readonly signal: AbortSignal;
}

export type Release = () => Promise<void>;

const POLL_MS = 40;
/** How often we try again where others, who have just left it, remove the folder before our file is in it. */
const MOST_LOST = 1000;
const TOUCH_MS = 10_000;
/** Longer than a network file system caches attributes (60 s), and longer than a busy host may be late. */
const SILENT_MS = 150_000;

/** Waits until nobody holds `folder` in a way that excludes `mode`. Rejects with the signal's reason when aborted. */
export async function lock(folder: string, mode: Mode, { onWait, signal }: Waiting): Promise<Release> {
  const name = `${mode}-${randomUUID()}`;
  const silence = new Silence();
  for (let waits = 0, lost = 0; ; waits++) {
    signal.throwIfAborted();
    let rival = await rivalOf(folder, mode, name, silence);
    if (!rival) {
      const loss = await announce(folder, name);
      if (loss && ++lost === MOST_LOST) throw loss;
      if (loss) continue;
      rival = await rivalOf(folder, mode, name, silence);
      if (!rival) return keep(folder, name);
      await withdraw(folder, name);
    }
    // At first two waiters may both step back at the same time.
    if (waits === 3) onWait(rival);
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/**
 * Puts our file there whole; null when it is there. Gives the error where somebody has just removed the empty folder, or
 * the file half written. A file in the place of the folder is removed.
 */
async function announce(folder: string, name: string): Promise<Error | null> {
  try {
    await makeFolder(folder);
    await writeFile(join(folder, `.${name}`), JSON.stringify(ownerOf()));
    await rename(join(folder, `.${name}`), join(folder, name));
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || code === 'ENOTDIR') await unlink(folder);
    else if (code !== 'ENOENT') throw error;
    return error as Error;
  }
}

/** Touches our file until it is withdrawn. */
function keep(folder: string, name: string): Release {
  const touch = (): void => void utimes(join(folder, name), new Date(), new Date()).catch(() => {});
  const beat = setInterval(touch, TOUCH_MS).unref();
  return () => {
    clearInterval(beat);
    return withdraw(folder, name);
  };
}

async function withdraw(folder: string, name: string): Promise<void> {
  await rm(join(folder, name), { force: true });
  await rmdir(folder).catch(() => {}); // not empty: others are there
}

/** Who holds `folder` in a way that excludes `mode`; null where nobody alive does, and then no lock is left there. */
export async function holder(folder: string, mode: Mode): Promise<Owner | null> {
  const owner = await rivalOf(folder, mode, '');
  if (!owner) await rmdir(folder).catch(() => {});
  return owner;
}

/** A living holder that excludes `mode`, other than `own`; removes what the dead left. */
async function rivalOf(folder: string, mode: Mode, own: string, silence?: Silence): Promise<Owner | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name === own) continue;
    if (mode === 'shared' && name.startsWith('shared')) continue;
    const text = await readText(join(folder, name)).catch(emptyIfNone);
    const owner = parseOwner(text);
    const isGone =
      !owner || isDead(owner) || (!isOnThisHost(owner) && (await silence?.holds(join(folder, name))));
    if (!isGone && name.startsWith('.')) continue; // on its way: it will see us
    if (!isGone) return owner;
    await discard(join(folder, name));
  }
  return null;
}

/** Gone in the meantime, or no file at all. What cannot be read for another reason may be a lock that holds. */
function emptyIfNone(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT' && !(error instanceof Failure)) throw error;
  return '';
}

/** For how long the files of others have not been touched, as one waiter sees it: clocks of hosts differ. */
class Silence {
  readonly #seen = new Map<string, { readonly touched: number; readonly since: number }>();

  /** Whether the file at `path` has been as it is for too long. */
  async holds(path: string): Promise<boolean> {
    const touched = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
    const seen = this.#seen.get(path);
    if (seen?.touched === touched) return performance.now() - seen.since > SILENT_MS;
    this.#seen.set(path, { touched, since: performance.now() });
    return false;
  }
}
