// The order of a task's numbers along an axis: by their index in the group, so that what the network learnt shows as waves and
// stripes. Numbers outside the group are left out; without a group, all numbers are in their own order.
import { OPERATIONS, type Operation } from './operations.ts';

export interface NumberAxis {
  readonly numbers: Int32Array;
  /** Whether the order differs from that of the numbers, so that ticks must name them. */
  readonly isNamed: boolean;
  /** The label of the axis of an operand or answer, such as `a`. */
  readonly label: (name: string) => string;
}

export function numberAxis(p: number, operation: Operation): NumberAxis {
  const group = OPERATIONS[operation].group(p);
  if (group.n !== null)
    return { numbers: group.numbers, isNamed: group.g !== undefined, label: group.words.axis };
  return { numbers: Int32Array.from({ length: p }, (_, i) => i), isNamed: false, label: (name) => name };
}

/** The axis of `name` in a figure; ticks name the numbers if these are not in their own order. */
export const axisInFigure = ({ numbers, isNamed, label }: NumberAxis, name: string) => ({
  name,
  label: label(name),
  ...(isNamed && { names: Array.from(numbers, String) }),
});

/** Reorders values of all pairs, [p*p], for a map with this axis on both sides. */
export function onAxes({ numbers }: NumberAxis, values: ArrayLike<number>, p: number): Float64Array {
  const ordered = new Float64Array(numbers.length ** 2);
  let i = 0;
  for (const a of numbers) for (const b of numbers) ordered[i++] = values[a * p + b]!;
  return ordered;
}
