// Charts by frequency or by index: embedding spectrum, singular values, cosine coefficients of the logits. The stage
// progress gives their numbers for every checkpoint. Their scales stay the same for the whole run.
import { MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import { claimsAt } from '../../claims.ts';
import { chart, legend, Plot, type Chart } from '../parts/chart.ts';
import { source } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import { panel } from './panel.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

const HEIGHT = 230;
/** Width of a bar, as a share of the distance between frequencies. */
const FILLED = 0.82;

const atFrequency = (k: number): string => `frequency ${k}`;

const most = (values: Float32Array): number => values.reduce((max, x) => (x > max ? x : max), 0) || 1;
const least = (values: Float32Array): number => values.reduce((min, x) => (x < min ? x : min), 0);

/** Redraws the chart at every step of the slider. */
function following(store: Store, picture: Chart): HTMLElement {
  store.follow(['frame'], () => picture.element.isConnected && picture.draw(), picture.element);
  return picture.element;
}

export function embeddingSpectrum(run: Run, store: Store): HTMLElement | null {
  const all = run.measure('fourier_norms_W_E');
  if (!all) return null;
  const half = run.axis.numbers.length >> 1;
  const top = most(all) * 1.12;
  // Names are 'Sin 3', 'Cos 3'. For an even n the last frequency has only a cosine.
  const components = run.basis.names.slice(1).map((name) => {
    const [wave, k] = name.split(' ') as [string, string];
    return { k: Number(k), isCosine: wave === 'Cos' };
  });
  const picture = chart(
    HEIGHT,
    () => `Norms of the embedding's Fourier components ${run.when(run.epochs[store.choice.frame]!)}`,
    () => {
      const norms = run.list('fourier_norms_W_E', store.choice.frame)!;
      const bars = components.map(({ k, isCosine }, i) => ({
        x1: k - FILLED / 2 + (isCosine ? FILLED / 2 : 0),
        norm: norms[i + 1]!,
        reading: `${isCosine ? 'cosine' : 'sine'} ${short(norms[i + 1])}`,
        fill: SERIES_COLOURS[Number(isCosine)]!,
      }));
      const height = (of: number): number =>
        components.reduce((top, { k }, i) => (k === of ? Math.max(top, norms[i + 1]!) : top), 0);
      return {
        frame: {
          x: { label: 'frequency k', domain: [0.3, half + 0.7], counted: true },
          y: { label: 'norm', domain: [0, top] },
        },
        at: atFrequency,
        marks: [
          Plot.rect(bars, {
            x1: 'x1',
            x2: (bar: { x1: number }) => bar.x1 + FILLED / 2,
            y1: 0,
            y2: 'norm',
            fill: 'fill',
            ariaDescription: 'norms',
            channels: { reading: 'reading' },
          }),
          names(run, height),
        ],
      };
    },
  );
  return panel(run, store, {
    id: 'embedding-spectrum',
    title: 'The embedding by frequency',
    words: [
      `The vectors of all numbers as a sum of sine and cosine waves over the numbers. ${claimsAt('axes', run.facts)} ${claimsAt('embedding', run.facts)} `,
      source('Norms of F W_E; Nanda et al. 2023, figure 3.'),
    ],
    picture: [
      legend(['sine', 'cosine'].map((name, i) => ({ name, colour: SERIES_COLOURS[i]! }))),
      following(store, picture),
    ],
    fromWeights: false,
  });
}

/** Writes the numbers of key frequencies above their bars. */
const names = (run: Run, height: (k: number) => number): Plot.Markish =>
  Plot.text(run.keyFrequencies.length <= 12 ? run.keyFrequencies : [], {
    x: (k: number) => k,
    y: height,
    text: String,
    dy: -8,
    fontWeight: 'bold',
    fontSize: 11,
    ariaDescription: 'key frequencies',
  });

export function singularValues(run: Run, store: Store): HTMLElement | null {
  const all = run.measure('singular_values_W_E');
  if (!all) return null;
  const n = all.length / run.epochs.length;
  const top = most(all) * 1.05;
  const picture = chart(
    HEIGHT,
    () => `Singular values of the embedding ${run.when(run.epochs[store.choice.frame]!)}`,
    () => ({
      frame: {
        x: { label: 'index', domain: [-0.02 * n, 1.02 * n], counted: true },
        y: { label: 'singular value', domain: [0, top] },
      },
      marks: [
        Plot.dot(Array.from(run.list('singular_values_W_E', store.choice.frame)!), {
          x: (_: number, i: number) => i,
          y: (value: number) => value,
          r: n > 60 ? 2 : 3,
          fill: SERIES_COLOURS[0],
          ariaDescription: 'singular values',
          channels: { reading: short },
        }),
      ],
    }),
  );
  return panel(run, store, {
    id: 'singular-values',
    title: 'The embedding by direction',
    words: [
      `Singular values of the embedding. ${claimsAt('singular_values', run.facts)} `,
      source('SVD of W_E; TransformerLens’ demo.'),
    ],
    picture: [following(store, picture)],
    fromWeights: false,
  });
}

export function logitCoefficients(run: Run, store: Store): HTMLElement | null {
  const all = run.measure('logit_cosine_coefficients');
  if (!all) return null;
  const half = run.axis.numbers.length >> 1;
  const domain = [least(all) * 1.1, most(all) * 1.12] as const;
  const picture = chart(
    HEIGHT,
    () => {
      const values = run.list('logit_cosine_coefficients', store.choice.frame)!;
      const k = 1 + values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
      return `Cosine coefficients of the logits ${run.when(run.epochs[store.choice.frame]!)}; the largest, of frequency ${k}: ${short(values[k - 1])}`;
    },
    () => {
      const values = run.list('logit_cosine_coefficients', store.choice.frame)!;
      const bars = Array.from(values, (value, i) => ({ k: i + 1, value }));
      const isKey = ({ k }: { k: number }): boolean => run.keyFrequencies.includes(k);
      return {
        frame: {
          x: { label: 'frequency k', domain: [0.3, half + 0.7], counted: true },
          y: { label: 'coefficient', domain },
        },
        at: atFrequency,
        marks: [
          Plot.rect(bars, {
            x1: ({ k }: { k: number }) => k - FILLED / 2,
            x2: ({ k }: { k: number }) => k + FILLED / 2,
            y1: ({ value }: { value: number }) => Math.min(0, value),
            y2: ({ value }: { value: number }) => Math.max(0, value),
            fill: (bar: { k: number; value: number }) => (isKey(bar) ? SERIES_COLOURS[0] : MUTED),
            ariaDescription: 'coefficients',
            channels: { reading: ({ value }: { value: number }) => short(value) },
          }),
          names(run, (k) => Math.max(0, values[k - 1]!)),
        ],
      };
    },
  );
  return panel(run, store, {
    id: 'logit-coefficients',
    title: 'The answer by frequency',
    words: [`${claimsAt('logits', run.facts)} `, source('Nanda et al. 2023, section 4.2.')],
    picture: [following(store, picture)],
    fromWeights: false,
  });
}
