// Makes the snapshots beside that of the slider while the page is idle, so that a step to one of them finds it made.
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** How far ahead to each side. */
const AHEAD = 3;

/** Safari calls nobody when it is idle. */
const whenIdle: (work: () => void) => unknown =
  'requestIdleCallback' in globalThis ? requestIdleCallback : (work) => setTimeout(work, 30);

export function makeAhead(run: Run, store: Store): void {
  const made = new Set<number>();
  let isWaiting = false;
  /** One at a time, the nearest first, from where the slider is by then. */
  const makeNext = (): void => {
    isWaiting = false;
    const next = run.unpackedNear(store.choice.snapshot, AHEAD).find((index) => !made.has(index));
    if (next === undefined) return;
    made.add(next);
    run.snapshot(next).pattern();
    wait();
  };
  const wait = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    whenIdle(makeNext);
  };
  store.follow(['snapshot'], wait);
}
