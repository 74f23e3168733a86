// measures.arrow: a row per checkpoint, one float64 column per scalar measure, one tensor column per list of them.
import type { ArrowSchema, Columns } from '../files/arrow.ts';
import { WEIGHT_NAMES, type ModelConfig } from '../network/config.ts';

/** The measures of one checkpoint, by column. */
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
export function measuresTable(
  epochs: readonly number[],
  rows: readonly Measures[],
  config: ModelConfig,
  key: readonly number[] | null,
): { schema: ArrowSchema; columns: Columns } {
  const { scalars, lists } = rows[0]!;
  const types: ArrowSchema['columns'] = { epoch: { type: 'float64' } };
  const columns: Columns = { epoch: Float64Array.from(epochs) };
  for (const name of Object.keys(scalars)) {
    types[name] = { type: 'float64' };
    columns[name] = Float64Array.from(rows, (row) => row.scalars[name]!);
  }
  for (const [name, { length }] of Object.entries(lists)) {
    types[name] = { type: 'tensor', shape: [length], dims: [LIST_DIMS[name]!] };
    columns[name] = Float32Array.from(rows.flatMap((row) => Array.from(row.lists[name]!)));
  }
  const metadata = {
    config: JSON.stringify(config),
    key_frequencies: JSON.stringify(key),
    weights: JSON.stringify(WEIGHT_NAMES),
    components: 'constant, sin 1, cos 1, sin 2, ...',
  };
  return { schema: { columns: types, metadata }, columns };
}
