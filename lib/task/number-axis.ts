// In which order the numbers of a task stand along an axis, so that what a network learnt of its group shows as waves and
// stripes: by index. Numbers outside the group are left out; without a group all stand as they are.
import { OPERATIONS, type Operation } from './operations.ts';

export interface NumberAxis {
  readonly numbers: Int32Array;
  /** Whether the order is another than that of the numbers, so that ticks must name them. */
  readonly isNamed: boolean;
  /** What stands at the axis of `a`, say. */
  readonly label: (name: string) => string;
}

export function numberAxis(p: number, operation: Operation): NumberAxis {
  const group = OPERATIONS[operation].group(p);
  if (group.n !== null)
    return { numbers: group.numbers, isNamed: group.g !== undefined, label: group.words.axis };
  return { numbers: Int32Array.from({ length: p }, (_, i) => i), isNamed: false, label: (name) => name };
}

/** The axis of `name` in a figure; ticks name the numbers where these do not stand in their own order. */
export const axisInFigure = ({ numbers, isNamed, label }: NumberAxis, name: string) => ({
  name,
  label: label(name),
  ...(isNamed && { names: Array.from(numbers, String) }),
});

/** Values of all pairs, [p*p], as they stand between two such axes. */
export function onAxes({ numbers }: NumberAxis, values: ArrayLike<number>, p: number): Float64Array {
  const n = numbers.length;
  return Float64Array.from({ length: n * n }, (_, i) => {
    const [a, b] = [numbers[Math.floor(i / n)]!, numbers[i % n]!];
    return values[a * p + b]!;
  });
}
