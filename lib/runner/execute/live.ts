/**
 * live.json, beside the log of a stage: the latest of what it shows while it works. Readers see it whole or not at all.
 */
import { rm } from 'node:fs/promises';
import { replaceFile } from '../../files/whole-file.ts';

/** `first` is called as soon as there is something to read. */
export function openLive(
  path: string,
  first: () => void,
): { show: (what: object) => void; close: () => Promise<void> } {
  let newest: object | null = null;
  let hasShown = false;
  let isClosed = false;
  let writing: Promise<void> | null = null;
  const write = async (): Promise<void> => {
    while (newest && !isClosed) {
      const what = newest;
      newest = null;
      // If it cannot be written, nobody can watch, but the stage goes on.
      await replaceFile(path, JSON.stringify(what)).catch(() => {});
      if (!hasShown) first();
      hasShown = true;
    }
    writing = null;
  };
  return {
    show: (what) => {
      newest = what;
      writing ??= write();
    },
    close: async () => {
      isClosed = true;
      await writing;
      await rm(path, { force: true }).catch(() => {});
    },
  };
}
