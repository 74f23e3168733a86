// Which measures are drawn over training: a figure shows those that belong together, progress.arrow has them all.
import type { Line } from '../analysis/line-sums.ts';
import type { ArrowSchema, Columns } from '../files/arrow.ts';
import type { LinesOptions, LineSeries } from '../figures/lines.ts';
import { curves, frequencySeries, type Training } from '../figures/progress-figures.ts';
import { WEIGHT_NAMES, type WeightName } from '../model/config.ts';

export interface ProgressFigure {
  readonly name: string;
  /** Name of the values' column in the Arrow file. */
  readonly y: string;
  readonly options: LinesOptions;
}

interface Listed {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly y: string;
  readonly label: string;
  readonly log?: boolean;
  /** Name in the legend -> column. */
  readonly series: Readonly<Record<string, string>>;
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

const SCALARS: readonly Listed[] = [
  {
    name: 'progress_measures',
    title: 'Progress measures',
    subtitle: 'Restricted: only the key frequencies of the logits are kept. Excluded: they are taken out.',
    y: 'loss',
    label: 'cross-entropy (nats)',
    log: true,
    series: {
      train: 'loss_train',
      test: 'loss_test',
      'restricted (all pairs)': 'restricted_loss_logits_all',
      'excluded (train)': 'excluded_loss_logits_train',
    },
  },
  {
    name: 'restricted_loss',
    title: 'Restricted loss',
    subtitle:
      'Loss over all pairs with only the key frequencies kept: of the logits, of the neurons, or as pure cosines of w_k(a + b − c).',
    y: 'loss',
    label: 'cross-entropy (nats)',
    log: true,
    series: {
      'full network': 'loss_all',
      'restricted, logits': 'restricted_loss_logits_all',
      'restricted, neurons': 'restricted_loss_neurons_all',
      'cosines only': 'loss_of_cosine_logits_all',
    },
  },
  {
    name: 'excluded_loss',
    title: 'Excluded loss',
    subtitle: 'Train loss with the key frequencies taken out of the logits or of the neurons.',
    y: 'loss',
    label: 'cross-entropy (nats)',
    log: true,
    series: {
      'full network': 'loss_train',
      'excluded, logits': 'excluded_loss_logits_train',
      'excluded, neurons': 'excluded_loss_neurons_train',
    },
  },
  {
    name: 'accuracy',
    title: 'Accuracy',
    subtitle: "Share of pairs whose largest logit is the answer's.",
    y: 'accuracy',
    label: 'accuracy',
    series: {
      train: 'accuracy_train',
      test: 'accuracy_test',
      'restricted (all pairs)': 'restricted_accuracy_logits_all',
      'excluded (train)': 'excluded_accuracy_logits_train',
    },
  },
  {
    name: 'trig_ratio',
    title: 'Trig ratio',
    subtitle:
      'Share of the variance over all pairs that lies in cos and sin of w_k(a + b), key k; mean over neurons or logits.',
    y: 'ratio',
    label: 'share of the variance',
    series: {
      'neurons before the ReLU': 'trig_ratio_neuron_pre',
      'neurons after it': 'trig_ratio_neuron_post',
      logits: 'trig_ratio_logits',
    },
  },
  {
    name: 'logit_explained',
    title: 'Logits as cosines of w_k(a + b − c)',
    subtitle: 'Share of the squared norm of the logits in the cosines of the key frequencies.',
    y: 'share',
    label: 'share of the squared norm',
    series: { 'key frequencies': 'logit_explained_by_key' },
  },
  {
    name: 'energy_in_key_frequencies',
    title: 'Weights in the key frequencies',
    subtitle:
      'Share of the squared norm of W_E and of W_logit in the sines and cosines of the key frequencies.',
    y: 'share',
    label: 'share of the squared norm',
    series: { W_E: 'energy_in_key_frequencies_W_E', W_logit: 'energy_in_key_frequencies_W_L' },
  },
  {
    name: 'gini',
    title: 'Gini coefficient of Fourier spectra',
    subtitle:
      'Sparsity: 0 for equal values, near 1 where few frequencies have all. Of the power per frequency, and of the norms of all components.',
    y: 'gini',
    label: 'Gini coefficient',
    series: {
      'W_E, power': 'gini_power_per_frequency_W_E',
      'W_logit, power': 'gini_power_per_frequency_W_L',
      'W_E, norms': 'gini_component_norms_W_E',
      'W_logit, norms': 'gini_component_norms_W_L',
    },
  },
  {
    name: 'effective_rank',
    title: 'Effective rank',
    subtitle:
      'exp of the entropy of the squared singular values: how many directions count. Two for each key frequency are enough.',
    y: 'rank',
    label: 'directions',
    series: { W_E: 'effective_rank_W_E', W_logit: 'effective_rank_W_L' },
  },
];

/** Those figures whose measures the table has, which depends on the operation. */
export function progressFigures(
  training: Training,
  columns: Columns,
  { columns: types }: ArrowSchema,
  { p, key, answer }: { readonly p: number; readonly key: readonly number[]; readonly answer: Line },
): ProgressFigure[] {
  const spoken = (text: string): string => text.replaceAll('a + b', answer.replace('-', '−'));
  const n = training.epochs.length;
  const listed = SCALARS.flatMap(({ name, title, subtitle, y, series, ...rest }) => {
    const present = Object.entries(series).filter(([, column]) => column in columns);
    if (present.length === 0) return [];
    const drawn = present.map(([named, column]) => ({
      name: named,
      values: columns[column] as Float64Array,
    }));
    const words = { title: spoken(title), subtitle: spoken(subtitle) };
    return [{ name, y, options: curves(training, { ...rest, ...words, series: drawn }) }];
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
      y: 'sum',
      options: curves(training, {
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
      y: 'norm',
      options: curves(training, {
        title: 'Embedding by frequency',
        subtitle: 'Norm of sine and cosine of each frequency in W_E.',
        label: 'norm',
        series: frequencies((k, i) => Math.hypot(norm(2 * k - 1, i), norm(2 * k, i))),
      }),
    },
    {
      name: 'singular_values',
      y: 'value',
      options: curves(training, {
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
            y: 'coefficient',
            options: curves(training, {
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
