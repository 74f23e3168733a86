// Ticks of an axis whose numbers are not in counting order, so that each has to be named.
import type { Tick } from '../../../charts/figure.ts';

const MOST_NAMED = 12;

/** Ticks at some of the numbers, MOST_NAMED at most, evenly apart. */
export function namedTicks(numbers: readonly number[]): Tick[] {
  const stride = Math.ceil(numbers.length / MOST_NAMED);
  return numbers.flatMap((number, at) => (at % stride === 0 ? [{ at, name: String(number) }] : []));
}
