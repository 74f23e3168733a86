// What the stage progress draws: measures over training with its phases shaded. Those of lib/measures/shown.ts, and lists by
// weight, frequency and singular value.
import type { Band, Lines, LineSeries, Mark } from '../lib/charts/figure.ts';
import type { ArrowSchema, Columns } from '../lib/files/arrow.ts';
import { WEIGHT_NAMES, type WeightName } from '../lib/network/config.ts';
import { legendOf, present } from '../lib/measures/columns.ts';
import { SCALAR_FIGURES } from '../lib/measures/shown.ts';
import { SERIES_COLOURS } from '../lib/charts/style.ts';
import { frequenciesOf, rowsOf } from '../lib/numerics/fourier-basis.ts';
import type { GroupWords } from '../lib/task/cyclic-group.ts';

/** The checkpoints that all curves share. */
interface Training {
  readonly epochs: readonly number[];
  readonly phases: readonly Band[];
  readonly marks: readonly Mark[];
}

export interface ProgressFigure {
  readonly name: string;
  readonly figure: Lines;
}

/** Singular values drawn. */
const SHOWN = 24;
/** Key frequencies with a curve of their own: with more, colours would repeat. */
const MOST_NAMED = SERIES_COLOURS.length - 1;

/** Weights that act together in pairs share a colour. */
const WEIGHT_STYLES: Readonly<Record<WeightName, Pick<LineSeries, 'colour' | 'dashed'>>> = {
  W_E: { colour: 0 },
  W_U: { colour: 0, dashed: true },
  W_pos: { colour: 4 },
  W_Q: { colour: 2 },
  W_K: { colour: 2, dashed: true },
  W_V: { colour: 3 },
  W_O: { colour: 3, dashed: true },
  W_in: { colour: 1 },
  W_out: { colour: 1, dashed: true },
};

/** The figures whose measures are in the table; which these are depends on the operation. */
export function progressFigures(
  training: Training,
  columns: Columns,
  { columns: types }: ArrowSchema,
  { n, key, words }: { readonly n: number; readonly key: readonly number[]; readonly words: GroupWords },
): ProgressFigure[] {
  const spoken = (text: string): string => {
    const written = text.replaceAll('{sum}', words.sum).replaceAll('{answer}', words.answer);
    return written === text ? text : `${written} ${words.note}`.trim();
  };
  const count = training.epochs.length;
  const listed = SCALAR_FIGURES.flatMap(({ name, title, subtitle, withKey, columns: all, ...rest }) => {
    const found = present(all, (column) => column in columns);
    if (found.length === 0) return [];
    const drawn = found.map((column) => ({
      name: legendOf(column),
      values: columns[column] as Float64Array,
    }));
    const heading = {
      title: title.replace('{sum}', words.sum).replace('{answer}', words.answer),
      // The subtitle speaks of all columns, so it is left out when some are not drawn.
      ...(found.length === all.length && {
        subtitle: spoken(withKey && key.length > 0 ? `${subtitle} ${withKey}` : subtitle),
      }),
    };
    return [{ name, figure: curves(training, { ...rest, ...heading, series: drawn }) }];
  });
  const widthOf = (column: string): number => {
    const type = types[column];
    return type?.type === 'tensor' ? type.shape[0]! : 0;
  };
  const list =
    (column: string) =>
    (j: number, i: number): number =>
      (columns[column] as Float32Array)[i * widthOf(column) + j]!;
  const over = (of: (i: number) => number): number[] => Array.from({ length: count }, (_, i) => of(i));
  const norm = list('fourier_norms_W_E');
  const weight = list('sum_squared_weights_by_weight');
  const singular = list('singular_values_W_E');
  const coefficient = list('logit_cosine_coefficients');
  const weights = WEIGHT_NAMES.map((name, j): LineSeries => ({
    ...WEIGHT_STYLES[name],
    name,
    values: over((i) => weight(j, i)),
  }));
  const pairs = key.length <= MOST_NAMED ? key.length : 0;
  const values = Array.from(
    { length: Math.min(SHOWN, widthOf('singular_values_W_E')) },
    (_, j): LineSeries => {
      const isKey = j < 2 * pairs;
      return {
        name: `s${j + 1}`,
        values: over((i) => singular(j, i)),
        colour: isKey ? j >> 1 : 'grey',
        dashed: isKey && j % 2 === 1,
        unnamed: !isKey,
      };
    },
  );
  const frequencies = (value: (k: number, i: number) => number): LineSeries[] =>
    frequencySeries(n, count, key, value);
  return [
    ...listed,
    {
      name: 'sum_squared_weights',
      figure: curves(training, {
        y: 'sum',
        title: 'Sum of squared weights',
        subtitle: 'What weight decay works on, all weights and each.',
        label: 'sum of squares',
        log: true,
        series: [
          { name: 'all', values: columns['sum_squared_weights'] as Float64Array, colour: 'grey' },
          ...weights,
        ],
      }),
    },
    {
      name: 'embedding_norms',
      figure: curves(training, {
        y: 'norm',
        title: 'Embedding by frequency',
        subtitle: `Norm of sine and cosine of ${key.length > 0 ? 'each frequency' : 'the strongest frequency'} in W_E.`,
        label: 'norm',
        series: frequencies((k, i) => Math.hypot(...rowsOf(n, k).map((row) => norm(row, i)))),
      }),
    },
    {
      name: 'singular_values',
      figure: curves(training, {
        y: 'value',
        title: 'Singular values of W_E',
        subtitle: `${largest(values.length, widthOf('singular_values_W_E'))}${pairs > 0 ? '; two of a colour for each key frequency, the others in grey' : ''}.`,
        label: 'singular value',
        series: values,
      }),
    },
    ...(key.length > 0
      ? [
          {
            name: 'logit_coefficients',
            figure: curves(training, {
              y: 'coefficient',
              title: 'Logits by frequency',
              subtitle: spoken('Coefficient of the logits on the unit cosine of w_k({sum} − {answer}).'),
              label: '|coefficient|',
              series: frequencies((k, i) => Math.abs(coefficient(k - 1, i))),
            }),
          },
        ]
      : []),
  ];
}

interface Curves {
  readonly title: string;
  readonly subtitle?: string;
  /** Name of the column of values in the table behind the figure. */
  readonly y: string;
  readonly label: string;
  readonly log?: boolean;
  readonly series: readonly LineSeries[];
}

const curves = (
  { epochs, phases, marks }: Training,
  { title, subtitle, y, label, log, series }: Curves,
): Lines => ({
  kind: 'lines',
  title,
  ...(subtitle !== undefined && { subtitle }),
  x: { label: 'epoch', values: epochs },
  y: { label, log: log ?? false },
  series,
  bands: phases,
  marks,
  names: { series: 'series', x: 'epoch', y },
});

/** Phases that were reached as bands; one that lasts ends with the axis. */
export function phaseBands(
  phases: Readonly<Record<string, { readonly from: number; readonly to: number | null } | null>>,
  last: number,
): Band[] {
  return Object.entries(phases).flatMap(([name, phase]) => {
    const to = phase?.to ?? last;
    return phase && to > phase.from ? [{ from: phase.from, to, label: name.replace('_', ' ') }] : [];
  });
}

const largest = (shown: number, of: number): string =>
  shown === of ? `All ${of}` : `The ${shown} largest of ${of}`;

/**
 * A curve for each key frequency, of many for those that end largest, and the largest of all others in grey; `value` is of
 * frequency k at checkpoint i.
 */
function frequencySeries(
  n: number,
  checkpoints: number,
  key: readonly number[],
  value: (k: number, i: number) => number,
): LineSeries[] {
  const over = (of: (i: number) => number): number[] => Array.from({ length: checkpoints }, (_, i) => of(i));
  const last = (k: number): number => value(k, checkpoints - 1);
  const named = [...key]
    .sort((j, k) => last(k) - last(j))
    .slice(0, MOST_NAMED)
    .sort((j, k) => j - k);
  const others = frequenciesOf(n).filter((k) => !named.includes(k));
  const strongest = (i: number): number => others.reduce((most, k) => Math.max(most, value(k, i)), 0);
  return [
    ...named.map((k, colour) => ({ name: `k = ${k}`, values: over((i) => value(k, i)), colour })),
    ...(others.length > 0
      ? [
          {
            name: named.length > 0 ? 'largest of the others' : 'largest',
            values: over(strongest),
            colour: 'grey' as const,
            dashed: true,
          },
        ]
      : []),
  ];
}
