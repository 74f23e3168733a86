/** An axis of a sweep as figures and tables need it: its places in order, and where each row stands. */
import type { Tick } from '../../charts/figure.ts';
import { formatTick } from '../../charts/numbers.ts';
import { paramOf } from '../../sweep/points.ts';
import type { Row } from '../../sweep/results.ts';
import type { Sweep } from '../../sweep/sweep.ts';

export interface Axis {
  /** The param alone: `train_fraction`. */
  readonly name: string;
  readonly ticks: readonly Tick[];
  /** Number of the row's value among all values. */
  indexOf(row: Row): number;
  /** Where the row stands: the value itself, or its number where values are words or orders of magnitude apart. */
  placeOf(row: Row): number;
  /** `train_fraction 0.3`. */
  describe(row: Row): string;
}

/** Repeats of one setting, whose spread is shown; every other axis is a question. */
export const isSeed = (axis: string): boolean => axis.endsWith('.seed');

/** Values farther apart than this, least to most, are drawn side by side instead. */
const WIDEST = 50;

export function axisOf(axis: string, rows: readonly Row[]): Axis {
  const name = axis.split('.')[1]!;
  const valueOf = (row: Row): unknown => row.params[axis];
  const values = [...new Set(rows.map(valueOf))];
  const numbers = values.filter((value) => typeof value === 'number');
  const isNumeric = numbers.length === values.length;
  if (isNumeric) numbers.sort((x, y) => x - y);
  const ordered = isNumeric ? numbers : values;
  const positive = numbers.filter((value) => value > 0);
  const isEven = isNumeric && Math.max(...positive) <= WIDEST * Math.min(...positive);
  const indexOf = (row: Row): number => ordered.indexOf(valueOf(row) as number);
  const nameOf = (value: unknown): string => (typeof value === 'number' ? formatTick(value) : String(value));
  return {
    name,
    ticks: ordered.map((value, i) => ({ at: isEven ? (value as number) : i, name: nameOf(value) })),
    indexOf,
    placeOf: (row) => (isEven ? (valueOf(row) as number) : indexOf(row)),
    describe: (row) => `${name} ${nameOf(valueOf(row))}`,
  };
}

/** An epoch that a point is asked for; Infinity where it did not come to that. */
export const epochOf = ({ fields }: Row, field: string): number =>
  (fields[field] as number | null) ?? Infinity;

/** Most epochs that any point was given. */
export const capOf = ({ points }: Sweep): number =>
  Math.max(...points.map((point) => Number(paramOf(point, 'train.epochs'))));

/** Rows of one word each, in the order in which the words first come. */
export function groupBy(rows: readonly Row[], wordOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(wordOf(row), [...(groups.get(wordOf(row)) ?? []), row]);
  return groups;
}
