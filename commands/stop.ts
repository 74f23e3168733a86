/** Stops a command at a signal, or when its parent process is gone. */
import { readFileSync } from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Stop = (typeof SIGNALS)[number];

/** 128 plus the number of the signal, as in a shell. */
export const EXIT_CODES: Readonly<Record<Stop, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

const WATCH_MS = 500;

/**
 * The returned AbortSignal is aborted at the first signal, with its name as reason; `onAgain` is called at the second. If
 * the parent is gone, that counts as SIGHUP, as npm does not pass every signal on.
 */
export function listenForStop(onAgain: () => void): AbortSignal {
  const stop = new AbortController();
  const onStop = (signal: Stop): void => {
    if (stop.signal.aborted) onAgain();
    else stop.abort(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onStop);
  const ancestors = readAncestors();
  const watch = setInterval(() => {
    if (readAncestors() === ancestors) return;
    clearInterval(watch);
    if (!stop.signal.aborted) stop.abort('SIGHUP');
  }, WATCH_MS);
  watch.unref();
  return stop.signal;
}

/** The id of our parent. Under npm that is a shell which outlives npm, so on Linux the shell's parent is added. */
function readAncestors(): string {
  const parent = String(process.ppid);
  if (process.env['npm_lifecycle_event'] === undefined || process.platform !== 'linux') return parent;
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return parent;
  }
}
