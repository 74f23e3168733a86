/** How a command is told to stop: by a signal, or by a parent that goes away. */
import { readFileSync } from 'node:fs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Stop = (typeof SIGNALS)[number];

/** As the shell counts: 128 and the number of the signal. */
export const EXIT_CODES: Readonly<Record<Stop, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

const WATCH_MS = 500;

/**
 * Aborted with the name of the first signal as reason; `onAgain` is called at the second. A parent that goes away counts
 * as SIGHUP: npm does not pass every signal on.
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

/** Our parent. Under npm that is a shell, which outlives npm, so its parent counts as well (Linux only). */
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
