// Workers of a page, whose scripts the page contains. Some browsers start none from a file, or from a page whose server forbids it.
import { byteBlock } from './block.ts';

/** Starts the worker whose script is in the block of this id. `fail` gets the reason if it cannot start or stops with an error. */
export function startWorker(id: string, fail: (why: string) => void): Worker | null {
  const url = URL.createObjectURL(new Blob([byteBlock(id)], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url);
    worker.addEventListener('message', () => URL.revokeObjectURL(url), { once: true });
    worker.addEventListener('error', ({ message }) =>
      fail(reason(message || 'this browser starts no worker from a file')),
    );
    return worker;
  } catch (error) {
    // Not before the caller has what it needs to show the reason.
    queueMicrotask(() => fail(reason((error as Error).message)));
    return null;
  }
}

/** An error's message to end a sentence with: some have a full stop of their own. */
export const reason = (message: string): string => message.replace(/[.\s]+$/, '');
