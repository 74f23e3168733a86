// Charts by frequency or by index: embedding spectrum, singular values, cosine coefficients of the logits. Their numbers
// come from the stage progress, for every checkpoint. The scales are the same for the whole run.
import { MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import { chart, legend, Plot, type Chart } from '../parts/chart.ts';
import { source } from '../parts/element.ts';
import { short, whole } from '../parts/numbers.ts';
import { panel } from './panel.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

const HEIGHT = 230;
/** Width of a bar, as a share of the distance between frequencies. */
const FILLED = 0.82;

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
  const half = run.data.config.p >> 1;
  const top = most(all) * 1.12;
  const picture = chart(
    HEIGHT,
    () => `Norms of the embedding's Fourier components at epoch ${whole(run.epochs[store.choice.frame]!)}`,
    () => {
      const norms = run.list('fourier_norms_W_E', store.choice.frame)!;
      const bars = Array.from({ length: 2 * half }, (_, i) => {
        const k = (i >> 1) + 1;
        return {
          x1: k - FILLED / 2 + ((i % 2) * FILLED) / 2,
          norm: norms[i + 1]!,
          fill: SERIES_COLOURS[i % 2]!,
        };
      });
      return {
        frame: {
          x: { label: 'frequency k', domain: [0.3, half + 0.7], counted: true },
          y: { label: 'norm', domain: [0, top] },
        },
        marks: [
          Plot.rect(bars, {
            x1: 'x1',
            x2: (bar: { x1: number }) => bar.x1 + FILLED / 2,
            y1: 0,
            y2: 'norm',
            fill: 'fill',
            ariaDescription: 'norms',
          }),
          names(run, (k) => Math.max(norms[2 * k - 1]!, norms[2 * k]!)),
        ],
      };
    },
  );
  return panel(run, store, {
    id: 'embedding-spectrum',
    title: 'What the embedding is made of',
    words: [
      'Each number’s vector, taken over all numbers, as sine and cosine waves. At first all frequencies are there alike; at the end a handful is left. ',
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
  });

export function singularValues(run: Run, store: Store): HTMLElement | null {
  const all = run.measure('singular_values_W_E');
  if (!all) return null;
  const n = all.length / run.epochs.length;
  const top = most(all) * 1.05;
  const picture = chart(
    HEIGHT,
    () => `Singular values of the embedding at epoch ${whole(run.epochs[store.choice.frame]!)}`,
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
        }),
      ],
    }),
  );
  return panel(run, store, {
    id: 'singular-values',
    title: 'How many directions it uses',
    words: [
      'Singular values of the embedding. The cloud of the beginning sinks; pairs of equal values stay, a cosine and a sine for each frequency. ',
      source('SVD of W_E; TransformerLens’ demo.'),
    ],
    picture: [following(store, picture)],
    fromWeights: false,
  });
}

export function logitCoefficients(run: Run, store: Store): HTMLElement | null {
  const all = run.measure('logit_cosine_coefficients');
  if (!all) return null;
  const half = run.data.config.p >> 1;
  const domain = [least(all) * 1.1, most(all) * 1.12] as const;
  const picture = chart(
    HEIGHT,
    () => {
      const k = run.keyFrequencies[0]!;
      const value = run.list('logit_cosine_coefficients', store.choice.frame)![k - 1];
      return `Cosine coefficients of the logits at epoch ${whole(run.epochs[store.choice.frame]!)}; of frequency ${k}: ${short(value)}`;
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
        marks: [
          Plot.rect(bars, {
            x1: ({ k }: { k: number }) => k - FILLED / 2,
            x2: ({ k }: { k: number }) => k + FILLED / 2,
            y1: ({ value }: { value: number }) => Math.min(0, value),
            y2: ({ value }: { value: number }) => Math.max(0, value),
            fill: (bar: { k: number; value: number }) => (isKey(bar) ? SERIES_COLOURS[0] : MUTED),
            ariaDescription: 'coefficients',
          }),
          names(run, (k) => Math.max(0, values[k - 1]!)),
        ],
      };
    },
  );
  return panel(run, store, {
    id: 'logit-coefficients',
    title: 'What the answer is made of',
    words: [
      'How much of cos w(a + b − c) is in the logits, frequency by frequency. It is the fingerprint of adding by angles: only a + b − c counts. ',
      source('Nanda et al. 2023, section 4.2.'),
    ],
    picture: [following(store, picture)],
    fromWeights: false,
  });
}
