// Keeps the reader's choices in the address of the page, after its #, as name=value joined by &. A bare name there is a
// link to a section and changes no choice.

export function readAddress(): URLSearchParams {
  const text = location.hash.slice(1);
  return new URLSearchParams(text.includes('=') ? text : '');
}

/** Sets these names in the address. A name whose value is null is removed. */
export type WriteAddress = (values: Iterable<readonly [name: string, value: string | null]>) => void;

export const writeAddress: WriteAddress = (values) => history.replaceState(null, '', addressWith(values));

/** Changes that follow each other faster than this are one entry in the browser's history. */
const STEP_MS = 1000;
/**
 * Within an entry the address is written once nothing has changed for this long: browsers refuse hundreds of writes.
 */
const REST_MS = 200;

/** Writes changes so that the browser's back button leads to the address before each entry. */
export function addressInSteps(gone?: AbortSignal): WriteAddress {
  let changed = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Map<string, string | null>();
  // A change after going back begins a new entry.
  const begin = (): void => {
    changed = -Infinity;
    clearTimeout(timer);
    waiting.clear();
  };
  addEventListener('hashchange', begin, { ...(gone && { signal: gone }) });
  gone?.addEventListener('abort', begin);
  return (values) => {
    const now = performance.now();
    const isStep = now - changed > STEP_MS;
    changed = now;
    clearTimeout(timer);
    if (isStep) return history.pushState(null, '', addressWith(values));
    for (const [name, value] of values) waiting.set(name, value);
    timer = setTimeout(() => {
      writeAddress(waiting);
      waiting.clear();
    }, REST_MS);
  };
}

function addressWith(values: Iterable<readonly [name: string, value: string | null]>): string {
  const address = readAddress();
  for (const [name, value] of values)
    if (value === null) address.delete(name);
    else address.set(name, value);
  return `#${address.toString()}`;
}
