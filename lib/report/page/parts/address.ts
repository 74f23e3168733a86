// What the reader has chosen, in the address of the page after its #: name=value, joined by &. A link to a section is a
// bare name there, and changes no choice.

export function readAddress(): URLSearchParams {
  const text = location.hash.slice(1);
  return new URLSearchParams(text.includes('=') ? text : '');
}

/** Puts these names into the address in place of what they were, and takes those out whose value is null. */
export type WriteAddress = (values: Iterable<readonly [name: string, value: string | null]>) => void;

export const writeAddress: WriteAddress = (values) => history.replaceState(null, '', addressWith(values));

/** Changes that follow each other faster than this are one step of the reader's history. */
const STEP_MS = 1000;
/** Within a step the address is written when nothing has changed for so long, as browsers refuse hundreds of writes. */
const REST_MS = 200;

/** Writes changes so that back leads to what the address was before each step. */
export function addressInSteps(): WriteAddress {
  let changed = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waiting = new Map<string, string | null>();
  // What follows going back is a step of its own.
  addEventListener('hashchange', () => {
    changed = -Infinity;
    clearTimeout(timer);
    waiting.clear();
  });
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
