// Parts that take long to make: each is made when it comes near the window, the others once the page has time, so that a
// print has them all.

const waiting = new Set<() => Promise<void> | void>();

/** Calls `make` once. `gone`: aborts when the element is removed; nothing is made after that. */
export function whenSeen(element: Element, make: () => Promise<void> | void, gone?: AbortSignal): void {
  const seen = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void begin();
    },
    { rootMargin: '400px' },
  );
  const leave = (): void => {
    seen.disconnect();
    waiting.delete(begin);
  };
  const begin = (): Promise<void> | void => {
    leave();
    return make();
  };
  waiting.add(begin);
  seen.observe(element);
  gone?.addEventListener('abort', leave);
}

/** Makes the parts that have not come near the window yet, one at a time. */
export async function makeOthers(): Promise<void> {
  for (const begin of waiting) await begin();
}
