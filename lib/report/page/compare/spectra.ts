// The spectra of both networks at the end, on the same scale.
import { MUTED } from '../../../charts/style.ts';
import { frequencyOf } from '../../../numerics/fourier-basis.ts';
import { hasStates } from '../../facts.ts';
import type { Run } from '../explorer/run.ts';
import { chart, Plot } from '../parts/chart.ts';
import { h, section } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import { colourOf, type Pair } from './pair.ts';

/** One value per frequency, beginning with frequency 1. */
type Spectrum = readonly number[];

/** The norm of each frequency in W_E, sine and cosine together. */
function embedding(run: Run): Spectrum | null {
  const norms = run.list('fourier_norms_W_E', run.epochs.length - 1);
  if (!norms) return null;
  const squares = Array.from({ length: norms.length >> 1 }, () => 0);
  norms.forEach((norm, row) => {
    if (row > 0) squares[frequencyOf(row) - 1]! += norm ** 2;
  });
  return squares.map(Math.sqrt);
}

const logits = (run: Run): Spectrum | null => {
  const values = run.list('logit_cosine_coefficients', run.epochs.length - 1);
  return values && Array.from(values);
};

export function spectra(pair: Pair): HTMLElement | null {
  const rows = [
    sideBySide(pair, 'The embedding by frequency', 'norm', embedding),
    sideBySide(pair, 'The answer by frequency', 'coefficient', logits),
  ].filter((cards) => cards.length > 0);
  if (rows.length === 0) return null;
  return section(
    'spectra',
    pair.every(({ run }) => hasStates(run.facts)) ? 'Spectra at the end' : 'Spectra',
    ...(pair.some(({ run }) => run.keyFrequencies.length > 0)
      ? [h('p', {}, 'Key frequencies have the colour of their run.')]
      : []),
    ...rows.map((cards) => h('div', { class: 'two' }, ...cards)),
  );
}

function sideBySide(
  pair: Pair,
  title: string,
  label: string,
  of: (run: Run) => Spectrum | null,
): HTMLElement[] {
  const all = pair.map(({ run }) => of(run));
  const values = all.flatMap((spectrum) => spectrum ?? []);
  if (values.length === 0) return [];
  const domain = [1.1 * Math.min(0, ...values), 1.1 * Math.max(...values) || 1] as const;
  return pair.map(({ name, run }, which) => {
    const spectrum = all[which];
    const heading = h('h3', {}, `${title}: ${name}`);
    if (!spectrum) return h('div', { class: 'card' }, heading, h('p', { class: 'note' }, 'Not measured.'));
    const picture = chart(
      190,
      () => `${title} of ${name}; key frequencies ${run.keyFrequencies.join(', ') || 'none'}`,
      () => ({
        frame: {
          x: { label: 'frequency k', domain: [0.3, spectrum.length + 0.7], counted: true },
          y: { label, domain },
        },
        at: (k) => `frequency ${k}`,
        marks: [
          Plot.rect(spectrum, {
            x1: (_: number, i: number) => i + 0.6,
            x2: (_: number, i: number) => i + 1.4,
            y1: (value: number) => Math.min(0, value),
            y2: (value: number) => Math.max(0, value),
            fill: (_: number, i: number) => (run.keyFrequencies.includes(i + 1) ? colourOf(which) : MUTED),
            ariaDescription: 'spectrum',
            channels: { reading: short },
          }),
        ],
      }),
    );
    return h('div', { class: 'card' }, heading, picture.element);
  });
}
