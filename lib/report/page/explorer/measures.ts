// Progress measures over training; each can be switched on and off.
import { padDomain } from '../../../charts/frame.ts';
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { nearestIndex } from '../../snapshots.ts';
import { chart, cursor, moveCursor, onPick, Plot, swatchColour } from '../parts/chart.ts';
import { h, missing, section, source } from '../parts/element.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

interface Measure {
  readonly column: string;
  readonly name: string;
  readonly on?: boolean;
}

interface Group {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly source: string;
  readonly label: string;
  readonly log?: boolean;
  /** Each divided by its own largest value, as units differ. */
  readonly relative?: boolean;
  readonly measures: readonly Measure[];
}

const GROUPS: readonly Group[] = [
  {
    id: 'losses',
    title: 'Losses, with parts kept or taken out',
    words:
      'Restricted keeps only the key frequencies: it falls before the test loss does, so the rule is there before it shows. Excluded takes them out: it rises while the training pairs are still known by heart.',
    source: 'Nanda et al. 2023, section 5.1; through neurons as in TransformerLens’ demo.',
    label: 'cross-entropy (nats)',
    log: true,
    measures: [
      { column: 'loss_train', name: 'train', on: true },
      { column: 'loss_test', name: 'test', on: true },
      { column: 'restricted_loss_logits_test', name: 'restricted, test', on: true },
      { column: 'excluded_loss_logits_train', name: 'excluded, train', on: true },
      { column: 'restricted_loss_neurons_test', name: 'restricted through neurons, test' },
      { column: 'excluded_loss_neurons_train', name: 'excluded through neurons, train' },
      { column: 'loss_of_cosine_logits_test', name: 'cosines only, test' },
    ],
  },
  {
    id: 'shares',
    title: 'How much of it is waves',
    words:
      'Shares from 0 to 1: of the logits that the key frequencies explain, of the embedding’s energy that lies in them, of neurons and logits that are trigonometric; the Gini coefficient is 1 where one frequency has everything.',
    source: 'Nanda et al. 2023; ARENA’s trig ratios; distance irrelevance from Zhong et al. 2023.',
    label: 'share',
    measures: [
      { column: 'logit_explained_by_key', name: 'logits explained', on: true },
      { column: 'gini_power_per_frequency_W_E', name: 'Gini, embedding', on: true },
      { column: 'energy_in_key_frequencies_W_E', name: 'energy in key frequencies, embedding', on: true },
      { column: 'accuracy_test', name: 'test accuracy', on: true },
      { column: 'accuracy_train', name: 'train accuracy' },
      { column: 'trig_ratio_neuron_post', name: 'trigonometric part of neurons' },
      { column: 'trig_ratio_logits', name: 'trigonometric part of logits' },
      { column: 'distance_irrelevance', name: 'distance irrelevance' },
    ],
  },
  {
    id: 'sizes',
    title: 'How large and how simple it is',
    words:
      'Weight decay makes everything it does not need go away: the weights shrink, and fewer directions of the embedding count. Each as a share of its own largest value.',
    source:
      'Sum of squares as in Nanda et al. 2023; effective rank: exponential of the entropy of the squared singular values.',
    label: 'share of its largest value',
    relative: true,
    measures: [
      { column: 'sum_squared_weights', name: 'sum of squared weights', on: true },
      { column: 'effective_rank_W_E', name: 'effective rank, embedding', on: true },
      { column: 'effective_rank_W_L', name: 'effective rank, neurons to logits', on: true },
    ],
  },
];

export function measures(run: Run, store: Store): HTMLElement {
  const title = 'The rule grows before it shows';
  const { progress } = run.data.summaries;
  if (!progress) return section('measures', title, missing('This section', 'progress'));
  const groups =
    run.epochs.length > 1 ? GROUPS.filter(({ measures }) => present(run, measures).length > 0) : [];
  const why = progress.not_measured;
  const note = why !== null ? [h('p', { class: 'note' }, why)] : [];
  return section('measures', title, ...note, ...groups.map((group) => drawGroup(run, store, group)));
}

const present = (run: Run, of: readonly Measure[]): Measure[] =>
  of.filter(({ column }) => run.measure(column));

function drawGroup(run: Run, store: Store, group: Group): HTMLElement {
  const all = present(run, group.measures).map((measure, i) => {
    const values = run.measure(measure.column)!;
    const scale = group.relative ? 1 / values.reduce((max, x) => (x > max ? x : max), 0) : 1;
    return {
      ...measure,
      values: group.log ? values.map((x) => (x > 0 ? x : NaN)) : values.map((x) => x * scale),
      colour: SERIES_COLOURS[i % SERIES_COLOURS.length]!,
    };
  });
  const shown = new Set(all.filter(({ on }) => on).map(({ column }) => column));
  const domain = group.log
    ? padDomain(
        all.flatMap(({ values }) => Array.from(values)),
        true,
      )
    : ([0, 1.05] as const);
  const last = run.epochs.at(-1)!;
  const picture = chart(
    240,
    () =>
      `${group.title} over training: ${all
        .filter(({ column }) => shown.has(column))
        .map(({ name }) => name)
        .join(', ')}`,
    () => ({
      frame: {
        x: { label: 'epoch', domain: [0, last] },
        y: { label: group.label, domain, log: group.log ?? false },
        bands: run.phases.map(({ name, from, to }) => ({ label: name, from, to })),
      },
      marks: [
        ...all
          .filter(({ column }) => shown.has(column))
          .map(({ values, colour, column }) =>
            Plot.line(run.epochs, {
              x: (epoch: number) => epoch,
              y: (_: number, i: number) => values[i]!,
              stroke: colour,
              strokeWidth: 1.8,
              ariaDescription: column,
            }),
          ),
        cursor(run.epochs[store.choice.frame]!),
      ],
    }),
  );
  const toggles = all.map(({ column, name, colour }) => {
    const input = h('input', {
      type: 'checkbox',
      checked: shown.has(column),
      change: () => {
        if (input.checked) shown.add(column);
        else shown.delete(column);
        picture.draw();
      },
    });
    return h(
      'label',
      { class: 'toggle', style: { '--c': swatchColour(colour) }, 'data-measure': column },
      input,
      h('span', { class: 'swatch' }),
      name,
    );
  });
  onPick(picture, (epoch) => store.set({ frame: nearestIndex(run.epochs, epoch) }));
  store.follow(['frame'], ({ frame }) => moveCursor(picture, run.epochs[frame]!));
  return h(
    'div',
    { class: 'card', id: `measures-${group.id}` },
    h('h3', {}, group.title),
    h('fieldset', { class: 'toggles' }, h('legend', { class: 'hidden' }, group.title), ...toggles),
    picture.element,
    h('p', {}, `${group.words} `, source(group.source)),
  );
}
