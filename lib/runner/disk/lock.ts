/**
 * Locks between processes: one exclusive holder, or many shared ones. A lock is a folder. A process that wants it puts a
 * file with its identity there, under a name that is never used again, and then looks for files of others: of two
 * processes, at least the later one sees the other and steps back. Files of dead processes are removed by their unique
 * names, so no living lock is broken by mistake, and nobody ever has to remove a lock by hand.
 *
 * Nobody can look up whether a process on another host is dead. So holders touch their file from time to time, and a file
 * that was not touched for minutes, by the clock of the waiting process, counts as left behind.
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
  /** Called once, if another process holds the lock. */
  readonly onWait: (owner: Owner) => void;
  readonly signal: AbortSignal;
}

export type Release = () => Promise<void>;

const POLL_MS = 40;
/** How many times to try again when another process leaves the lock and removes its folder before our file is in it. */
const MOST_LOST = 1000;
const TOUCH_MS = 10_000;
/** Longer than a network file system caches attributes (60 s), with time to spare for a busy host. */
const SILENT_MS = 150_000;

/** Takes the lock once no other holder of `folder` excludes `mode`. Rejects when aborted, with the signal's reason. */
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
    // The first tries are not reported: two waiting processes may see each other and both step back.
    if (waits === 3) onWait(rival);
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/**
 * Puts our file into the folder, whole, and returns null. Returns the error if another process has just removed the empty
 * folder or our unfinished file. If there is a file in place of the folder, removes it and returns the error.
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

/** Touches our file from time to time until the lock is released. */
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
  await rmdir(folder).catch(() => {}); // it is not empty if others are there
}

/** A living holder of `folder` that excludes `mode`, or null. If there is none, removes what is left of the lock. */
export async function holder(folder: string, mode: Mode): Promise<Owner | null> {
  const owner = await rivalOf(folder, mode, '');
  if (!owner) await rmdir(folder).catch(() => {});
  return owner;
}

/** A living holder that excludes `mode`, other than `own`. Removes files of dead processes. */
async function rivalOf(folder: string, mode: Mode, own: string, silence?: Silence): Promise<Owner | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name === own) continue;
    if (mode === 'shared' && name.startsWith('shared')) continue;
    const text = await readText(join(folder, name)).catch(emptyIfNone);
    const owner = parseOwner(text);
    const isGone =
      !owner || isDead(owner) || (!isOnThisHost(owner) && (await silence?.isTooLong(join(folder, name))));
    if (!isGone && name.startsWith('.')) continue; // its owner has not looked yet, and will see us
    if (!isGone) return owner;
    await discard(join(folder, name));
  }
  return null;
}

/** Empty if the file is gone or is not a regular file. Any other error is thrown, as the lock may be in force. */
function emptyIfNone(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT' && !(error instanceof Failure)) throw error;
  return '';
}

/** For how long the files of other hosts have not been touched, by our own clock: the clocks of hosts differ. */
class Silence {
  readonly #seen = new Map<string, { readonly touched: number; readonly since: number }>();

  /** Whether the file at `path` has not been touched for too long. */
  async isTooLong(path: string): Promise<boolean> {
    const touched = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
    const seen = this.#seen.get(path);
    if (seen?.touched === touched) return performance.now() - seen.since > SILENT_MS;
    this.#seen.set(path, { touched, since: performance.now() });
    return false;
  }
}
