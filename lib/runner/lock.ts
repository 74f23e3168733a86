/**
 * Locks between processes: one exclusive holder, or many shared ones. A lock is a folder; whoever wants it puts a file
 * with its identity there under a name that is never used again, then looks who else is there: of two, at least the
 * later one sees the other and steps back. Files of the dead are removed by that unique name, so nothing alive can be
 * broken by mistake, and nobody ever removes a lock by hand.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDead, ownerOf, parseOwner, type Owner } from './owner.ts';

export type Mode = 'exclusive' | 'shared';

export interface Waiting {
  /** Called once, when somebody else holds the lock. */
  readonly onWait: (owner: Owner) => void;
  readonly signal: AbortSignal;
}

export type Release = () => Promise<void>;

const POLL_MS = 40;

/** Waits until nobody holds `folder` in a way that excludes `mode`. Rejects with the signal's reason when aborted. */
export async function lock(folder: string, mode: Mode, { onWait, signal }: Waiting): Promise<Release> {
  const name = `${mode}-${randomUUID()}`;
  for (let waits = 0; ; waits++) {
    signal.throwIfAborted();
    let rival = await rivalOf(folder, mode, name);
    if (!rival) {
      if (!(await announce(folder, name))) continue;
      rival = await rivalOf(folder, mode, name);
      if (!rival) return () => withdraw(folder, name);
      await withdraw(folder, name);
    }
    // The first meetings may be of two that both step back at once.
    if (waits === 3) onWait(rival);
    await sleep(POLL_MS * (0.5 + Math.random()));
  }
}

/** Puts our file there whole; false where somebody has just removed the empty folder, or the file half written. */
async function announce(folder: string, name: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `.${name}`), JSON.stringify(ownerOf()));
    await rename(join(folder, `.${name}`), join(folder, name));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
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
async function rivalOf(folder: string, mode: Mode, own: string): Promise<Owner | null> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name === own) continue;
    if (mode === 'shared' && name.startsWith('shared')) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => null);
    const owner = text === null ? null : parseOwner(text);
    if (owner && !isDead(owner)) {
      if (name.startsWith('.')) continue; // on its way: it will see us
      return owner;
    }
    if (text !== null) await rm(join(folder, name), { force: true });
  }
  return null;
}
