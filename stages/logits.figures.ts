// What the stage logits draws: logits by frequency, tables of losses, the verdict.
import type { SetName } from '../lib/measures/group-view.ts';
import type { LossBySet } from '../lib/measures/losses.ts';
import type { Clock, Criterion } from '../lib/measures/verdict.ts';
import type { GroupWords } from '../lib/task/cyclic-group.ts';
import type { Bars, Criteria, Heatmap, Lines } from '../lib/charts/figure.ts';
import { gridSpectrumMap } from './spectra.figures.ts';

const frequencyAxis = (n: number) => ({
  label: 'frequency k',
  values: Array.from({ length: n }, (_, i) => i + 1),
});

/** Norms over the answers, [p*p]. */
export const logitSpectra = (
  names: readonly string[],
  logits: Float64Array,
  control: Float64Array,
): Heatmap =>
  gridSpectrumMap({
    title: 'Logits in the two-dimensional Fourier basis',
    subtitle:
      'Norm over the answers c of each coefficient over (a, b), the constant left out. Control: Gaussian, of equal norm.',
    names,
    colour: { name: 'norm', label: 'norm over c', signed: false },
    facets: [
      { name: 'Logits', values: logits },
      { name: 'Gaussian control', values: control },
    ],
  });

/** Similarity of the logits to the cosine of each frequency, with that of Gaussian logits for comparison. */
export function cosineBars(
  similarity: readonly number[],
  control: readonly number[],
  key: readonly number[],
  explained: number,
  { sum, answer, note }: GroupWords,
): Bars {
  return {
    kind: 'bars',
    title: `Logits as cosines of w_k(${sum} − ${answer})`,
    subtitle:
      `Absolute cosine similarity of the logits with each cosine; the key ones explain ${(100 * explained).toFixed(1)} % of the squared norm. ${note}`.trim(),
    x: frequencyAxis(similarity.length),
    y: { label: '|cosine similarity|' },
    series: [
      { name: 'trained', values: similarity.map(Math.abs) },
      { name: 'Gaussian control', values: control.map(Math.abs), grey: true },
    ],
    named: key,
    names: { series: 'network', x: 'frequency', y: 'similarity' },
  };
}

/** Train loss when one frequency at a time is taken out of the logits, between that of none and that of all key ones. */
export function excludedLines(
  set: 'train' | 'all',
  losses: readonly number[],
  none: number,
  allKey: number,
  key: readonly number[],
  { sum, note }: GroupWords,
): Lines {
  const loss = set === 'train' ? 'train loss' : 'loss, all pairs';
  const of = set === 'train' ? 'Train loss of the logits' : 'Loss, over all pairs, of the logits';
  return {
    kind: 'lines',
    title: 'Excluded loss by frequency',
    subtitle: `${of} without cos and sin of w_k(${sum}). ${note}`.trim(),
    x: frequencyAxis(losses.length),
    y: { label: loss, log: true },
    dots: true,
    stems: true,
    named: key,
    series: [
      { name: 'without one k', values: losses },
      { name: 'without all key k', values: losses.map(() => allKey), colour: 1, dashed: true },
      { name: 'full network', values: losses.map(() => none), colour: 'grey', dashed: true },
    ],
    names: { series: 'logits', x: 'frequency', y: set === 'train' ? 'train_loss' : 'loss' },
  };
}

export interface NamedScores {
  readonly name: string;
  readonly scores: LossBySet;
}

/** A table of losses or of accuracies: one row per variant of the network, one column per set of pairs. */
export function scoreTable(
  measure: 'loss' | 'accuracy',
  rows: readonly NamedScores[],
  p: number,
  sets: readonly SetName[],
): Heatmap {
  const isLoss = measure === 'loss';
  const values = rows.flatMap(({ scores }) => sets.map((set) => scores[measure][set]));
  return {
    kind: 'heatmap',
    title: isLoss ? 'Losses with parts kept or taken out' : 'Accuracies with parts kept or taken out',
    subtitle: isLoss
      ? `Mean cross-entropy in nats; guessing among ${p} answers has ${Math.log(p).toFixed(2)}.`
      : `Share of pairs whose largest logit is the answer's; guessing has ${(1 / p).toFixed(3)}.`,
    x: { name: 'set', label: 'pairs', length: sets.length, names: sets },
    y: { name: 'variant', label: 'network', length: rows.length, names: rows.map(({ name }) => name) },
    colour: isLoss
      ? { name: 'loss', label: 'cross-entropy (nats)', signed: false, by: 'logarithm' }
      : { name: 'accuracy', label: 'accuracy', signed: false, domain: [0, 1] },
    facets: [{ values }],
    numbers: true,
    width: 270,
    height: 24 * rows.length,
  };
}

const ANSWERS: Readonly<Record<Clock, string>> = {
  yes: 'Yes: this network is a clock',
  partly: 'Partly: this network is a clock in some respects',
  no: 'No: this network is not a clock',
};

export const verdictTable = (clock: Clock, rule: string, criteria: readonly Criterion[]): Criteria => ({
  kind: 'criteria',
  title: ANSWERS[clock],
  subtitle: `${rule}. Sources: what published networks have.`,
  criteria,
});
