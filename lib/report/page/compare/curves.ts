// Loss, accuracy and measures of both runs, drawn in the same charts.
import { padDomain } from '../../../charts/frame.ts';
import { roundEnd } from '../../../charts/numbers.ts';
import { legendOf } from '../../../measures/columns.ts';
import { chart, Plot } from '../parts/chart.ts';
import { h, section } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import { colourOf, namesOf, type Pair } from './pair.ts';

/** A line has at most this many points. */
const MOST_POINTS = 800;

interface Line {
  readonly name: string;
  readonly which: number;
  readonly isDashed: boolean;
  readonly points: readonly (readonly [epoch: number, value: number])[];
}

function linesOver(title: string, label: string, lines: readonly Line[], log: boolean): HTMLElement {
  const shown = lines.map((line) => {
    const stride = Math.ceil(line.points.length / MOST_POINTS);
    return {
      ...line,
      points: line.points.filter((_, i) => i % stride === 0 || i === line.points.length - 1),
    };
  });
  const all = shown.flatMap(({ points }) => points).filter(([, y]) => (log ? y > 0 : Number.isFinite(y)));
  const last = all.reduce((most, [epoch]) => Math.max(most, epoch), 1);
  const domain = padDomain(
    all.map(([, y]) => y),
    log,
  );
  const picture = chart(
    220,
    () => `${title} of both runs over ${last} epochs`,
    () => ({
      frame: { x: { label: 'epoch', domain: [0, roundEnd(0, last)] }, y: { label, domain, log } },
      marks: shown.map(({ name, which, isDashed, points }) =>
        Plot.line(points as [number, number][], {
          x: ([epoch]: [number, number]) => epoch,
          y: ([, y]: [number, number]) => (log && !(y > 0) ? NaN : y),
          stroke: colourOf(which),
          strokeWidth: 1.8,
          ...(isDashed && { strokeDasharray: '3,3' }),
          ariaDescription: `run ${which}`,
          channels: { reading: ([, y]: [number, number]) => `${name} ${short(y)}` },
        }),
      ),
    }),
  );
  return h('div', { class: 'card' }, h('h3', {}, title), picture.element);
}

export function compareCurves(pair: Pair): HTMLElement | null {
  const history = (measure: string): Line[] =>
    pair.flatMap(({ name, run }, which) =>
      ['train', 'test'].flatMap((set) => {
        const table = run.data.history;
        const values = table && run.column(table, `${set}_${measure}`);
        if (!table || !values) return [];
        const epochs = run.column(table, 'epoch')!;
        const points = Array.from(epochs, (epoch, i) => [epoch, values[i]!] as const);
        return [{ name: `${name} ${set}`, which, isDashed: set === 'train', points }];
      }),
    );
  if (history('loss').length === 0) return null;
  return section(
    'curves',
    'Curves',
    h('p', {}, 'Solid lines: test pairs. Dashed lines: training pairs.'),
    namesOf(pair),
    h(
      'div',
      { class: 'two' },
      linesOver('Loss', 'cross-entropy (nats)', history('loss'), true),
      linesOver('Accuracy', 'share of pairs', history('accuracy'), false),
    ),
  );
}

/** Measures of the catalogue, and whether each has a logarithmic scale. */
const MEASURES: readonly (readonly [column: string, log: boolean])[] = [
  ['restricted_loss_logits_test', true],
  ['excluded_loss_logits_train', true],
  ['logit_explained_by_key', false],
  ['energy_in_key_frequencies_W_E', false],
  ['sum_squared_weights', false],
  ['effective_rank_W_E', false],
];

export function compareMeasures(pair: Pair): HTMLElement | null {
  const cards = MEASURES.flatMap(([column, log]) => {
    const lines = pair.flatMap(({ name, run }, which): Line[] => {
      const values = run.epochs.length > 1 ? run.measure(column) : null;
      if (!values) return [];
      return [
        { name, which, isDashed: false, points: run.epochs.map((epoch, i) => [epoch, values[i]!] as const) },
      ];
    });
    return lines.length === 0 ? [] : [linesOver(legendOf(column), log ? 'nats' : 'value', lines, log)];
  });
  if (cards.length === 0) return null;
  return section('measures', 'Measures', namesOf(pair), h('div', { class: 'cards' }, ...cards));
}
