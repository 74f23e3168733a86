/** An axis of a sweep for figures and tables: its values in order, and the position of each row. */
import type { trainCompared } from '../../artifacts/train.ts';
import type { Tick } from '../../charts/figure.ts';
import { formatTick } from '../../charts/numbers.ts';
import { paramOf } from '../../sweep/points.ts';
import type { Row } from '../../sweep/results.ts';
import type { Sweep } from '../../sweep/sweep.ts';

export interface Axis {
  /** The param without its stage: `train_fraction`. */
  readonly name: string;
  readonly ticks: readonly Tick[];
  /** Index of the row's value among all values. */
  indexOf(row: Row): number;
  /** Position of the row: its value, or the index of the value if values are words or too far apart. */
  placeOf(row: Row): number;
  /** `train_fraction 0.3`. */
  describe(row: Row): string;
}

/** Seeds repeat a setting: their spread is shown, while every other axis is what the sweep asks about. */
export const isSeed = (axis: string): boolean => axis.endsWith('.seed');

/** If the largest value is more than this times the smallest one, values are drawn at equal distances. */
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

/** Fields of a training that are epochs, null if never reached. */
export type EpochField = Extract<`train.${(typeof trainCompared)[number]}`, `${string}_epoch`>;

/** The epoch in a row; Infinity if it was never reached. */
export const epochOf = ({ fields }: Row, field: EpochField): number =>
  (fields[field] as number | null) ?? Infinity;

/** Whether a point has epochs to show: it is done, it trains, and a model brought in came with its history. */
export const isTrained = ({ outcome, fields }: Row): boolean =>
  outcome === 'done' && typeof fields['train.epochs'] === 'number';

/** The largest number of epochs that a point could train. */
export const capOf = ({ points }: Sweep): number =>
  Math.max(...points.map((point) => Number(paramOf(point, 'train.epochs'))));

/** Rows grouped by a word, in the order in which the words first come. */
export function groupBy(rows: readonly Row[], wordOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(wordOf(row), [...(groups.get(wordOf(row)) ?? []), row]);
  return groups;
}
