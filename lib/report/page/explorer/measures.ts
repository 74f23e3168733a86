// Progress measures over training; each can be switched on and off.
import { padDomain } from '../../../charts/frame.ts';
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { legendOf, present as presentOf } from '../../../measures/columns.ts';
import { nearestIndex } from '../../snapshots.ts';
import { claimsAt, type Place } from '../../claims.ts';
import { chart, cursor, moveCursor, onPick, Plot, swatchColour } from '../parts/chart.ts';
import { h, missing, section, source } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

interface Group {
  readonly id: string;
  readonly title: string;
  readonly words: string;
  /** The place of what is claimed of this run. */
  readonly claims?: Place;
  readonly source: string;
  readonly label: string;
  readonly log?: boolean;
  /** Each divided by its own largest value, as units differ. */
  readonly relative?: boolean;
  /** Columns of the catalogue: those drawn at first, and those that can be switched on. */
  readonly drawn: readonly string[];
  readonly others: readonly string[];
}

const GROUPS: readonly Group[] = [
  {
    id: 'losses',
    title: 'Losses, with parts kept or taken out',
    claims: 'losses',
    words:
      'Restricted keeps only what the key frequencies bring, excluded takes it out: of the logits, of the neurons, or as pure cosines.',
    source:
      'Nanda et al. 2023, section 5.1; through neurons as in TransformerLens’ demo; cosines: Chughtai et al. 2023.',
    label: 'cross-entropy (nats)',
    log: true,
    drawn: ['loss_train', 'loss_test', 'restricted_loss_logits_test', 'excluded_loss_logits_train'],
    others: [
      'restricted_loss_neurons_test',
      'excluded_loss_neurons_train',
      'loss_of_cosine_logits_test',
      'excluded_loss_cosines_train',
    ],
  },
  {
    id: 'shares',
    title: 'How much of it is waves',
    words:
      'Shares from 0 to 1: of the logits that the key frequencies explain, of the embedding’s energy that lies in them, of neurons and logits that are trigonometric; the Gini coefficient is 1 where one frequency has everything.',
    source: 'Nanda et al. 2023; ARENA’s trig ratios; distance irrelevance from Zhong et al. 2023.',
    label: 'share',
    drawn: [
      'logit_explained_by_key',
      'gini_power_per_frequency_W_E',
      'energy_in_key_frequencies_W_E',
      'accuracy_test',
    ],
    others: ['accuracy_train', 'trig_ratio_neuron_post', 'trig_ratio_logits', 'distance_irrelevance'],
  },
  {
    id: 'sizes',
    title: 'How large and how simple it is',
    claims: 'weights',
    words:
      'The sum of squared weights is what weight decay works on; effective rank counts the directions of a matrix that matter. Each as a share of its own largest value.',
    source:
      'Sum of squares as in Nanda et al. 2023; effective rank: exponential of the entropy of the squared singular values.',
    label: 'share of its largest value',
    relative: true,
    drawn: ['sum_squared_weights', 'effective_rank_W_E', 'effective_rank_W_logit'],
    others: [],
  },
];

export function measures(run: Run, store: Store): HTMLElement {
  const title = claimsAt('measures_title', run.facts);
  const { progress } = run.data.summaries;
  if (!progress) return section('measures', title, missing('This section', 'progress'));
  const groups = run.epochs.length > 1 ? GROUPS.filter((group) => present(run, group).length > 0) : [];
  const why = progress.not_measured;
  const note = why !== null ? [h('p', { class: 'note' }, `Not all is measured: ${why}.`)] : [];
  return section('measures', title, ...note, ...groups.map((group) => drawGroup(run, store, group)));
}

const isThere =
  (run: Run) =>
  (column: string): boolean =>
    run.measure(column) !== null;

const present = (run: Run, { drawn, others }: Group): string[] =>
  presentOf([...drawn, ...others], isThere(run));

function drawGroup(run: Run, store: Store, group: Group): HTMLElement {
  const all = present(run, group).map((column, i) => {
    const values = run.measure(column)!;
    const scale = group.relative ? 1 / values.reduce((max, x) => (x > max ? x : max), 0) : 1;
    return {
      column,
      name: legendOf(column),
      values: group.log ? values.map((x) => (x > 0 ? x : NaN)) : values.map((x) => x * scale),
      colour: SERIES_COLOURS[i % SERIES_COLOURS.length]!,
    };
  });
  const shown = new Set(presentOf(group.drawn, isThere(run)));
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
          .map(({ values, colour, column, name }) =>
            Plot.line(run.epochs, {
              x: (epoch: number) => epoch,
              y: (_: number, i: number) => values[i]!,
              stroke: colour,
              strokeWidth: 1.8,
              ariaDescription: column,
              channels: { reading: (_: number, i: number) => `${name} ${short(values[i])}` },
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
    h(
      'p',
      {},
      `${group.words} ${group.claims ? claimsAt(group.claims, run.facts) : ''} `,
      source(group.source),
    ),
  );
}
