// measures/: every measure of every checkpoint. measures.arrow has a row per checkpoint, one float64 column per scalar
// measure, one tensor column per list of them.
import { join } from 'node:path';
import { readArrow, writeArrow, type ArrowSchema, type Columns } from '../files/arrow.ts';
import { badFile } from '../files/failure.ts';
import { WEIGHT_NAMES, type ModelConfig } from '../network/config.ts';
import { columnNamed, type Values } from '../measures/columns.ts';
import { OPERATION_NAMES } from '../task/operations.ts';
import { count, either, list, nothing, orNull, record, text, word } from './fields.ts';

const NETWORK = { p: count, operation: word(...OPERATION_NAMES) };

export const measuresSummary = either(
  record({
    ...NETWORK,
    not_measured: orNull(text),
    checkpoints: count,
    /** Of the last checkpoint. */
    key_frequencies: orNull(list(count)),
  }),
  /** Of a network without checkpoints. */
  record({ ...NETWORK, not_measured: text, checkpoints: nothing, key_frequencies: nothing }),
);

const NAME = 'measures.arrow';

/** Writes the measures of all checkpoints, in their order; which columns there are follows from the first. */
export async function writeMeasures(
  folder: string,
  epochs: readonly number[],
  rows: readonly Values[],
  config: ModelConfig,
  key: readonly number[] | null,
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
  };
  await writeArrow(join(folder, NAME), { columns: types, metadata }, columns);
}

/** Whatever measures there are, of every checkpoint. */
export interface MeasuresTable {
  readonly schema: ArrowSchema;
  readonly columns: Columns;
  /** Names of the columns that are no lists, the epoch's among them. */
  readonly scalars: readonly string[];
  /** One of these columns. Throws Failure where there is none of that name. */
  scalar(name: string): Float64Array;
}

export async function readMeasures(folder: string): Promise<MeasuresTable> {
  const path = join(folder, NAME);
  const { schema, columns } = await readArrow(path);
  const scalars = Object.keys(columns).filter((name) => columns[name] instanceof Float64Array);
  const scalar = (name: string): Float64Array => {
    const values = columns[name];
    if (values instanceof Float64Array) return values;
    throw badFile(path, `has no column ${name} of float64`);
  };
  return { schema, columns, scalars, scalar };
}
