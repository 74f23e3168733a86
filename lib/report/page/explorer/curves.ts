// Loss and accuracy over training, with the phases shaded; a click moves the slider.
import { padDomain } from '../../../charts/frame.ts';
import { roundEnd } from '../../../charts/numbers.ts';
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { claimsAt } from '../../claims.ts';
import { nearestIndex } from '../../snapshots.ts';
import { chart, cursor, legend, moveCursor, onPick, Plot } from '../parts/chart.ts';
import { h, section, source } from '../parts/element.ts';
import { whole } from '../parts/numbers.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** A line has at most this many points: a run may have logged ten times as many epochs as there are pixels. */
const MOST_POINTS = 1200;

export function curves(run: Run, store: Store): HTMLElement | null {
  const { history } = run.data;
  if (!history) return null;
  const epochs = run.column(history, 'epoch')!;
  const stride = Math.ceil(epochs.length / MOST_POINTS);
  const rows = Array.from(epochs.keys()).filter((i) => i % stride === 0 || i === epochs.length - 1);
  const draw = (measure: 'loss' | 'accuracy', label: string, log: boolean): HTMLElement => {
    const series = ['train', 'test'].map((set) => run.column(history, `${set}_${measure}`)!);
    const domain = log
      ? padDomain(
          series.flatMap((values) => Array.from(values)),
          true,
        )
      : ([0, 1.05] as const);
    const picture = chart(
      220,
      () => `${label} of the training and the test pairs over ${whole(epochs.at(-1)!)} epochs`,
      () => ({
        frame: {
          x: { label: 'epoch', domain: [0, roundEnd(0, epochs.at(-1)!) || 1] },
          y: { label, domain, log },
          bands: run.phases.map(({ name, from, to }) => ({ label: name, from, to })),
          marks: milestones(run),
        },
        marks: [
          ...series.map((values, i) =>
            Plot.line(rows, {
              x: (row: number) => epochs[row]!,
              y: (row: number) => (log && !(values[row]! > 0) ? NaN : values[row]!),
              stroke: SERIES_COLOURS[i]!,
              strokeWidth: 1.8,
              ariaDescription: ['train', 'test'][i]!,
            }),
          ),
          cursor(run.epochs[store.choice.frame]!),
        ],
      }),
    );
    onPick(picture, (epoch) => store.set({ frame: nearestIndex(run.epochs, epoch) }));
    store.follow(['frame'], ({ frame }) => moveCursor(picture, run.epochs[frame]!));
    return h(
      'div',
      { class: 'card' },
      h('h3', {}, measure === 'loss' ? 'Loss' : 'Accuracy'),
      picture.element,
    );
  };
  return section(
    'curves',
    claimsAt('curves_title', run.facts),
    h(
      'p',
      {},
      `${claimsAt('curves', run.facts)} `,
      source(`Power et al. 2022${run.phases.length > 0 ? '; phases as in Nanda et al. 2023' : ''}.`),
    ),
    legend(['train', 'test'].map((name, i) => ({ name, colour: SERIES_COLOURS[i]! }))),
    h(
      'div',
      { class: 'two' },
      draw('loss', 'cross-entropy (nats)', true),
      draw('accuracy', 'share of pairs', false),
    ),
  );
}

/** The epochs of 99 %. They are not called "memorised" because the first phase is called memorisation. */
function milestones({ facts: { memorised, grokked } }: Run): { x: number; label: string }[] {
  const marks = [
    { x: memorised, label: 'train 99 %' },
    { x: grokked, label: 'test 99 %' },
  ];
  return marks.flatMap(({ x, label }) => (x === null ? [] : [{ x, label }]));
}
