// The table columns of each measure: one, or one for each set of pairs. A loss also has the columns of its accuracy.
import { MEASURES, type Measure } from './catalogue.ts';
import { SET_NAMES, type SetName } from './group-view.ts';

export interface Column {
  readonly column: string;
  readonly measure: Measure;
  readonly isAccuracy: boolean;
  readonly set: SetName | null;
}

/** All columns of the catalogue, in its order. */
export const COLUMNS: readonly Column[] = Object.entries(MEASURES).flatMap(
  ([name, measure]: [string, Measure]): Column[] => {
    if (measure.by !== 'set') return [{ column: name, measure, isAccuracy: false, set: null }];
    const bySet = (of: string, isAccuracy: boolean): Column[] =>
      SET_NAMES.map((set) => ({ column: `${of}_${set}`, measure, isAccuracy, set }));
    return [...bySet(name, false), ...(measure.accuracy ? bySet(measure.accuracy, true) : [])];
  },
);

const BY_NAME = new Map(COLUMNS.map((each) => [each.column, each]));

/** The catalogue's entry for a column. Throws if there is none of that name. */
export function columnNamed(name: string): Column {
  const column = BY_NAME.get(name);
  if (!column) throw new Error(`${name} is not a measure of the catalogue`);
  return column;
}

/** Measured values by column: each a number or a list of numbers. */
export type Values = Readonly<Record<string, number | Float64Array>>;

/** The value of a measure for each set of pairs; NaN for sets that are not known. */
export function bySet(values: Values, name: string): Record<SetName, number> {
  const of = (set: SetName): number => (values[`${name}_${set}`] ?? NaN) as number;
  return { all: of('all'), train: of('train'), test: of('test') };
}

/** Those columns that exist. If the split is not known, the column over all pairs stands in for that over one set. */
export function present(columns: readonly string[], isThere: (column: string) => boolean): string[] {
  const found = columns.map((name) => (isThere(name) ? name : name.replace(/_(train|test)$/, '_all')));
  return [...new Set(found)].filter(isThere);
}

const SETS: Readonly<Record<SetName, string>> = { all: 'all pairs', train: 'train', test: 'test' };

/** The name of a column in a legend, with its set if it has one. The loss of the full network is named by its set alone. */
export function legendOf(name: string): string {
  const { measure, isAccuracy, set } = columnNamed(name);
  if (set === null) return measure.name;
  if (measure === MEASURES.loss) return isAccuracy ? `accuracy, ${SETS[set]}` : SETS[set];
  return `${isAccuracy ? 'accuracy, ' : ''}${measure.name} (${SETS[set]})`;
}
