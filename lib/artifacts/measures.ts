// measures/: every measure of every checkpoint and of the trained network. measures.arrow has a row per checkpoint, one float64
// column per scalar measure and one tensor column per list. The measures of the trained network are in the summary, so that a
// network without checkpoints has them as well.
import { join } from 'node:path';
import { readArrow, writeArrow, type ArrowSchema, type Columns } from '../files/arrow.ts';
import { badFile, Failure } from '../files/failure.ts';
import { WEIGHT_NAMES, type ModelConfig } from '../network/config.ts';
import { columnNamed, type Values } from '../measures/columns.ts';
import { OPERATION_NAMES } from '../task/operations.ts';
import type { Task } from './dataset.ts';
import { withFormerNames } from './former-names.ts';
import { byName, count, list, number, orNull, record, text, word } from './fields.ts';
import { readSummary } from './summary.ts';

export const measuresSummary = record({
  p: count,
  operation: word(...OPERATION_NAMES),
  not_measured: orNull(text),
  /** 0 if the network has none; then there is no measures.arrow. */
  checkpoints: count,
  /** Key frequencies of the trained network. */
  key_frequencies: orNull(list(count)),
  /** Every measure of the trained network: numbers, and lists of them. */
  last: byName(number),
  last_lists: byName(list(number)),
});

/** Measures as the fields `last` (numbers) and `last_lists`. */
export function lastOf(values: Values) {
  const named = Object.entries(values);
  const numbers = named.filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  const lists = named.flatMap(([name, value]) =>
    typeof value === 'number' ? [] : [[name, Array.from(value)] as const],
  );
  return { last: Object.fromEntries(numbers), last_lists: Object.fromEntries(lists) };
}

export interface LastMeasures {
  readonly key: readonly number[] | null;
  readonly values: Values;
  /** Those of a measure that is a list. Throws Failure if an older version measured, which did not know it yet. */
  readonly list: (name: string) => number[];
}

/** Key frequencies and measures of the trained network. Throws Failure if they are of another task. */
export async function readLast(folder: string, task: Task): Promise<LastMeasures> {
  const { p, operation, key_frequencies, last, last_lists } = await readSummary(folder, measuresSummary);
  if (p !== task.p || operation !== task.operation)
    throw new Failure(
      `${folder} is of ${operation} modulo ${p}, the dataset of ${task.operation} modulo ${task.p}`,
      'run the stage measures again: `npm run pipeline -- measures`',
    );
  const known = (x: number | null): number => x ?? NaN;
  const numbers = Object.entries(last).map(([name, value]) => [name, known(value)] as const);
  const lists = Object.entries(last_lists).map(
    ([name, values]) => [name, Float64Array.from(values, known)] as const,
  );
  const list = (name: string): number[] => {
    const found = last_lists[name];
    if (found) return found.map(known);
    throw new Failure(
      `${folder} has no ${name}: an older version wrote it`,
      'run the stage measures again: `npm run pipeline -- measures`',
    );
  };
  return { key: key_frequencies, values: Object.fromEntries([...numbers, ...lists]), list };
}

const NAME = 'measures.arrow';

/**
 * Writes the measures of all checkpoints, in their order. The first row decides which columns there are. `forked_after`: the
 * last epoch that the run took over from another one.
 */
export async function writeMeasures(
  folder: string,
  epochs: readonly number[],
  rows: readonly Values[],
  config: ModelConfig,
  key: readonly number[] | null,
  forked_after?: number,
): Promise<void> {
  const types: ArrowSchema['columns'] = { epoch: { type: 'float64' } };
  const columns: Columns = { epoch: Float64Array.from(epochs) };
  const named = Object.entries(rows[0]!);
  for (const [name] of named.filter(([, value]) => typeof value === 'number')) {
    types[name] = { type: 'float64' };
    columns[name] = Float64Array.from(rows, (row) => row[name] as number);
  }
  for (const [name, value] of named) {
    if (typeof value === 'number') continue;
    types[name] = { type: 'tensor', shape: [value.length], dims: [columnNamed(name).measure.by!] };
    columns[name] = Float32Array.from(rows.flatMap((row) => Array.from(row[name] as Float64Array)));
  }
  const metadata = {
    config: JSON.stringify(config),
    key_frequencies: JSON.stringify(key),
    weights: JSON.stringify(WEIGHT_NAMES),
    components: 'constant, sin 1, cos 1, sin 2, ...',
    ...(forked_after !== undefined && { forked_after: String(forked_after) }),
  };
  const schema = { columns: withFormerNames(types), metadata };
  await writeArrow(join(folder, NAME), schema, withFormerNames(columns));
}

/** The measures of every checkpoint, with whatever columns the file has. */
export interface MeasuresTable {
  readonly schema: ArrowSchema;
  readonly columns: Columns;
  /** Names of the columns of single numbers, `epoch` included. */
  readonly scalars: readonly string[];
  /** One of these columns. Throws Failure if there is none of that name. */
  scalar(name: string): Float64Array;
}

export async function readMeasures(folder: string): Promise<MeasuresTable> {
  const path = join(folder, NAME);
  const { schema, columns } = await readArrow(path);
  const scalars = Object.keys(columns).filter((name) => columns[name] instanceof Float64Array);
  const scalar = (name: string): Float64Array => {
    const values = columns[name];
    if (values instanceof Float64Array) return values;
    throw badFile(path, `has no float64 column ${name}`);
  };
  return { schema, columns, scalars, scalar };
}
