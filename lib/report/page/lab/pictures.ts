// The pictures of a network in training: losses, accuracies, the spectrum of its embedding, and circles.
import { MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import { chart, legend, Plot, type Chart } from '../parts/chart.ts';
import { h, source, type Child } from '../parts/element.ts';
import { short, whole } from '../parts/numbers.ts';
import { circleColour, circles } from '../parts/circles.ts';
import type { Learning } from './learning.ts';

/** The circles of this many frequencies are shown. */
const SHOWN = 4;
/** A line has at most this many points. */
const MOST_POINTS = 400;
/** Width of a bar, as a share of the distance between frequencies. */
const FILLED = 0.8;

export interface Pictures {
  readonly element: HTMLElement;
  draw(): void;
}

export function pictures(learning: Learning): Pictures {
  let strongest: number[] = [];
  let norms = learning.norms();
  let top = 0;
  const look = (): void => {
    norms = learning.norms();
    top = Math.max(top, 1.15 * Math.max(...norms));
    const falling = [...learning.frequencies].sort((j, k) => norms[k - 1]! - norms[j - 1]!);
    strongest = falling.slice(0, SHOWN).sort((j, k) => j - k);
  };
  look();
  const turning = circles(learning, Math.min(SHOWN, learning.n >> 1));
  const drawn = [
    curve(learning, 'loss', 'cross-entropy (nats)'),
    curve(learning, 'accuracy', 'share of pairs'),
    spectrum(
      learning,
      () => norms,
      () => strongest,
      () => top,
    ),
  ] as const;
  const [loss, accuracy, bars] = drawn;
  const group = learning.ungrouped
    ? `Do not expect circles here: there is no group in which this operation is addition (${learning.ungrouped}). `
    : '';
  const names = legend(['train', 'test'].map((name, i) => ({ name, colour: SERIES_COLOURS[i]! })));
  const element = h(
    'div',
    { class: 'lab-cards' },
    card(
      'lab-circles',
      'Numbers on circles',
      [turning.element],
      `The embedding in the planes of its strongest frequencies; each circle has the colour of its bar. ${group}`,
      source('Nanda et al. 2023, section 4.1.'),
    ),
    card(
      'lab-spectrum',
      'What the embedding is made of',
      [bars.element],
      `Norm of each frequency in W_E${learning.ungrouped ? '' : '. When a network groks, a handful of frequencies grow and the others shrink'}. `,
      source('Nanda et al. 2023, figure 3.'),
    ),
    card('lab-loss', 'Loss', [names, loss.element], 'Over the training pairs and over the held-out pairs.'),
    card(
      'lab-accuracy',
      'Accuracy',
      [names.cloneNode(true), accuracy.element],
      'Memorised: 99 % of the training pairs are right. Grokked: 99 % of the held-out pairs are right.',
    ),
  );
  const draw = (): void => {
    look();
    for (const each of drawn) if (each.element.isConnected) each.draw();
    turning.draw(strongest);
  };
  return { element, draw };
}

const card = (id: string, title: string, picture: readonly Child[], ...words: Child[]): HTMLElement =>
  h(
    'article',
    { class: 'card', id, 'aria-labelledby': `${id}-title` },
    h('h3', { id: `${id}-title` }, title),
    ...picture,
    h('p', {}, ...words),
  );

/** The end of an axis that grows in steps, so that the axis does not move all the time. */
function roundUp(epochs: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(epochs, 100)));
  return [1, 1.5, 2, 3, 4, 6, 8, 10].map((x) => x * power).find((end) => end >= epochs)!;
}

function curve(learning: Learning, measure: 'loss' | 'accuracy', label: string): Chart {
  return chart(
    230,
    () => `${label} of the training and the test pairs over ${whole(learning.epochs)} epochs`,
    () => {
      const { history } = learning;
      const stride = Math.ceil(history.length / MOST_POINTS);
      const shown = history.filter((_, i) => i % stride === 0 || i === history.length - 1);
      const values = shown.flatMap((record) => [record[`train_${measure}`], record[`test_${measure}`]]);
      const milestones = learning.milestones;
      const marks = (['memorised', 'grokked'] as const).flatMap((name) => {
        const x = milestones?.[`${name}_epoch`] ?? null;
        return x === null ? [] : [{ x, label: name }];
      });
      return {
        frame: {
          x: { label: 'epoch', domain: [0, roundUp(learning.epochs)], counted: true },
          y: {
            label,
            ...(measure === 'loss' ? { log: true, domain: decades(values) } : { domain: [0, 1.05] }),
          },
          marks,
        },
        marks: (['train', 'test'] as const).map((set, i) =>
          Plot.line(shown, {
            x: 'epoch',
            y: (record: (typeof shown)[number]) => record[`${set}_${measure}`] || NaN,
            stroke: SERIES_COLOURS[i]!,
            strokeWidth: 1.8,
            ariaDescription: `${set} ${measure}`,
          }),
        ),
      };
    },
  );
}

/** Whole decades around the values. */
function decades(values: readonly number[]): readonly [number, number] {
  const positive = values.filter((x) => x > 0);
  if (positive.length === 0) return [0.1, 100];
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.ceil(Math.log10(Math.max(...positive)));
  return [10 ** low, 10 ** Math.max(high, low + 1)];
}

function spectrum(
  learning: Learning,
  norms: () => Float64Array,
  strongest: () => readonly number[],
  top: () => number,
): Chart {
  const half = learning.n >> 1;
  return chart(
    256,
    () => `Norms of the embedding's frequencies; the strongest are ${strongest().join(', ')}`,
    () => {
      const shown = strongest();
      const heights = norms();
      return {
        frame: {
          x: { label: 'frequency k', domain: [0.3, half + 0.7], counted: true },
          y: { label: 'norm', domain: [0, top()] },
        },
        at: (k) => `frequency ${k}`,
        marks: [
          Plot.rect(learning.frequencies, {
            x1: (k: number) => k - FILLED / 2,
            x2: (k: number) => k + FILLED / 2,
            y1: 0,
            y2: (k: number) => heights[k - 1]!,
            fill: (k: number) => (shown.includes(k) ? circleColour(shown.indexOf(k)) : MUTED),
            fillOpacity: (k: number) => (shown.includes(k) ? 1 : 0.45),
            ariaDescription: 'norms',
            channels: { reading: (k: number) => short(heights[k - 1]) },
          }),
          Plot.text(shown, {
            x: (k: number) => k,
            y: (k: number) => heights[k - 1]!,
            text: String,
            dy: -8,
            fontWeight: 'bold',
            fontSize: 11,
          }),
        ],
      };
    },
  );
}
