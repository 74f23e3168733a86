// What the stage progress draws: measures over training with its phases shaded. Those of scalar-figures.ts, and lists by
// weight, frequency and singular value.
import type { Line } from '../lib/measures/line-sums.ts';
import type { Band, Lines, LineSeries } from '../lib/charts/figure.ts';
import type { ArrowSchema, Columns } from '../lib/files/arrow.ts';
import { WEIGHT_NAMES, type WeightName } from '../lib/network/config.ts';
import { SCALAR_FIGURES } from '../lib/measures/scalar-figures.ts';

/** The checkpoints that all curves share. */
interface Training {
  readonly epochs: readonly number[];
  readonly phases: readonly Band[];
}

export interface ProgressFigure {
  readonly name: string;
  readonly figure: Lines;
}

/** Singular values drawn. */
const SHOWN = 24;

/** Weights in pairs that act together: a colour a pair. */
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

/** Those figures whose measures the table has, which depends on the operation. */
export function progressFigures(
  training: Training,
  columns: Columns,
  { columns: types }: ArrowSchema,
  { p, key, answer }: { readonly p: number; readonly key: readonly number[]; readonly answer: Line },
): ProgressFigure[] {
  const spoken = (text: string): string => text.replaceAll('a + b', answer.replace('-', '−'));
  const n = training.epochs.length;
  const listed = SCALAR_FIGURES.flatMap(({ name, title, subtitle, series, ...rest }) => {
    const present = Object.entries(series).filter(([, column]) => column in columns);
    if (present.length === 0) return [];
    const drawn = present.map(([named, column]) => ({
      name: named,
      values: columns[column] as Float64Array,
    }));
    const words = { title: spoken(title), subtitle: spoken(subtitle) };
    return [{ name, figure: curves(training, { ...rest, ...words, series: drawn }) }];
  });
  const widthOf = (column: string): number => {
    const type = types[column];
    return type?.type === 'tensor' ? type.shape[0]! : 0;
  };
  const list =
    (column: string) =>
    (j: number, i: number): number =>
      (columns[column] as Float32Array)[i * widthOf(column) + j]!;
  const over = (of: (i: number) => number): number[] => Array.from({ length: n }, (_, i) => of(i));
  const norm = list('fourier_norms_W_E');
  const weight = list('sum_squared_weights_by_weight');
  const singular = list('singular_values_W_E');
  const coefficient = list('logit_cosine_coefficients');
  const weights = WEIGHT_NAMES.map((name, j): LineSeries => ({
    ...WEIGHT_STYLES[name],
    name,
    values: over((i) => weight(j, i)),
  }));
  const values = Array.from(
    { length: Math.min(SHOWN, widthOf('singular_values_W_E')) },
    (_, j): LineSeries => {
      const isKey = j < 2 * key.length;
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
    frequencySeries(p, n, key, value);
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
        subtitle: 'Norm of sine and cosine of each frequency in W_E.',
        label: 'norm',
        series: frequencies((k, i) => Math.hypot(norm(2 * k - 1, i), norm(2 * k, i))),
      }),
    },
    {
      name: 'singular_values',
      figure: curves(training, {
        y: 'value',
        title: 'Singular values of W_E',
        subtitle: `The ${values.length} largest of ${widthOf('singular_values_W_E')}; two of a colour for each key frequency, the others in grey.`,
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
              subtitle: spoken('Coefficient of the logits on the unit cosine of w_k(a + b − c).'),
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
  readonly subtitle: string;
  /** What the column of the values is called. */
  readonly y: string;
  readonly label: string;
  readonly log?: boolean;
  readonly series: readonly LineSeries[];
}

const curves = ({ epochs, phases }: Training, { title, subtitle, y, label, log, series }: Curves): Lines => ({
  kind: 'lines',
  title,
  subtitle,
  x: { label: 'epoch', values: epochs },
  y: { label, log: log ?? false },
  series,
  bands: phases,
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

/** A curve for each key frequency, and the largest of all others in grey; `value` is of frequency k at checkpoint i. */
function frequencySeries(
  p: number,
  checkpoints: number,
  key: readonly number[],
  value: (k: number, i: number) => number,
): LineSeries[] {
  const all = Array.from({ length: p >> 1 }, (_, i) => i + 1);
  const over = (of: (i: number) => number): number[] => Array.from({ length: checkpoints }, (_, i) => of(i));
  const others = all.filter((k) => !key.includes(k));
  const largest = (i: number): number => others.reduce((most, k) => Math.max(most, value(k, i)), 0);
  return [
    ...key.map((k, colour) => ({ name: `k = ${k}`, values: over((i) => value(k, i)), colour })),
    ...(others.length > 0
      ? [{ name: 'largest of the others', values: over(largest), colour: 'grey' as const, dashed: true }]
      : []),
  ];
}
