// The one tolerance of the tests: says which tensor, where it is worst and by how much.
import assert from 'node:assert/strict';

export interface Tolerance {
  /** Allowed difference relative to the expected value. */
  readonly rtol?: number;
  /** Allowed absolute difference. */
  readonly atol?: number;
  /** Allowed difference relative to the largest finite expected value of the whole array. */
  readonly ofLargest?: number;
}

/** Infinities must match exactly; NaN and null never pass. */
export function assertClose(
  name: string,
  actual: ArrayLike<number | null>,
  expected: ArrayLike<number>,
  { rtol = 0, atol = 0, ofLargest = 0 }: Tolerance,
): void {
  assert.equal(
    actual.length,
    expected.length,
    `${name}: ${actual.length} values, expected ${expected.length}`,
  );
  let largest = 0;
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i]!)) largest = Math.max(largest, Math.abs(expected[i]!));
  let worst = { excess: 0, i: -1 };
  for (let i = 0; i < expected.length; i++) {
    const [x, y] = [actual[i] ?? NaN, expected[i]!];
    if (Object.is(x, y) || x === y) continue;
    const excess = Math.abs(x - y) - Math.max(rtol * Math.abs(y), atol, ofLargest * largest);
    if (!(excess <= worst.excess)) worst = { excess: Number.isNaN(excess) ? Infinity : excess, i };
  }
  const { i } = worst;
  assert.ok(i < 0, `${name}[${i}] is ${actual[i]}, expected ${expected[i]} (largest ${largest})`);
}
