// progress.arrow: a row per checkpoint, one float64 column per scalar measure, one tensor column per list of them.
import type { ArrowSchema, ColumnType } from '../files/arrow.ts';
import { WEIGHT_NAMES, type ModelConfig } from '../model/config.ts';

/** Of one checkpoint, by column. */
export interface Measures {
  readonly scalars: Readonly<Record<string, number>>;
  readonly lists: Readonly<Record<string, Float64Array>>;
}

const LIST_DIMS: Readonly<Record<string, string>> = {
  sum_squared_weights_by_weight: 'weight',
  fourier_norms_W_E: 'component',
  fourier_norms_W_L: 'component',
  singular_values_W_E: 'index',
  singular_values_W_L: 'index',
  logit_cosine_coefficients: 'frequency',
};

/** The table of all checkpoints, in their order; which columns there are follows from the first. */
export function progressTable(epochs: readonly number[], rows: readonly Measures[], config: ModelConfig, key: readonly number[]) {
  const { scalars, lists } = rows[0]!;
  const columns: ArrowSchema['columns'] = { epoch: { type: 'float64' } };
  for (const name of Object.keys(scalars)) columns[name] = { type: 'float64' };
  for (const [name, { length }] of Object.entries(lists))
    columns[name] = { type: 'tensor', shape: [length], dims: [LIST_DIMS[name]!] } satisfies ColumnType;
  return {
    schema: {
      columns,
      metadata: {
        config: JSON.stringify(config),
        key_frequencies: JSON.stringify(key),
        weights: JSON.stringify(WEIGHT_NAMES),
        components: 'constant, sin 1, cos 1, sin 2, ...',
      },
    },
    columns: {
      epoch: Float64Array.from(epochs),
      ...Object.fromEntries(Object.keys(scalars).map((name) => [name, scalarColumn(rows, name)])),
      ...Object.fromEntries(Object.keys(lists).map((name) => [name, listColumn(rows, name)])),
    },
  };
}

export const scalarColumn = (rows: readonly Measures[], name: string): Float64Array =>
  Float64Array.from(rows, ({ scalars }) => scalars[name]!);

/** The lists of all rows one behind the other. */
const listColumn = (rows: readonly Measures[], name: string): Float32Array =>
  Float32Array.from(rows.flatMap(({ lists }) => Array.from(lists[name]!)));
