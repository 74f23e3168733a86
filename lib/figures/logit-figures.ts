// Logits by frequency, and tables of losses, as this project draws them.
import { SET_NAMES, type SetScores } from '../analysis/set-scores.ts';
import type { BarsOptions } from './bars.ts';
import type { HeatmapOptions } from './heatmap.ts';
import type { LinesOptions } from './lines.ts';

const frequencyAxis = (n: number) => ({
  label: 'frequency k',
  values: Array.from({ length: n }, (_, i) => i + 1),
});

/** How alike the logits are to the cosine cube of each frequency, with Gaussian logits beside. */
export function cosineBars(
  similarity: readonly number[],
  control: readonly number[],
  key: readonly number[],
  explained: number,
): BarsOptions {
  return {
    title: 'Logits as cosines of w_k (a + b − c)',
    subtitle: `Absolute cosine similarity of the logits with each cosine; the key ones explain ${(100 * explained).toFixed(1)} % of the squared norm.`,
    x: frequencyAxis(similarity.length),
    y: { label: '|cosine similarity|' },
    series: [
      { name: 'trained', values: similarity.map(Math.abs) },
      { name: 'Gaussian control', values: control.map(Math.abs), grey: true },
    ],
    named: key,
  };
}

/** Train loss when one frequency at a time is taken out of the logits, between that of none and that of all key ones. */
export function excludedLines(losses: readonly number[], none: number, allKey: number): LinesOptions {
  return {
    title: 'Excluded loss by frequency',
    subtitle: 'Train loss of the logits without cos and sin of w_k(a + b).',
    x: frequencyAxis(losses.length),
    y: { label: 'train loss', log: true },
    dots: true,
    series: [
      { name: 'without one k', values: losses },
      { name: 'without all key k', values: losses.map(() => allKey), colour: 1, dashed: true },
      { name: 'full network', values: losses.map(() => none), colour: 'grey', dashed: true },
    ],
  };
}

export interface NamedScores {
  readonly name: string;
  readonly scores: SetScores;
}

/** A table of losses, as powers of ten, or of accuracies: a row a variant of the network, a column a set of pairs. */
export function scoreTable(
  measure: 'loss' | 'accuracy',
  rows: readonly NamedScores[],
  p: number,
): HeatmapOptions {
  const isLoss = measure === 'loss';
  const values = rows.flatMap(({ scores }) => SET_NAMES.map((set) => scores[measure][set]));
  return {
    title: isLoss ? 'Losses with parts kept or taken out' : 'Accuracies with parts kept or taken out',
    subtitle: isLoss
      ? `log₁₀ of the mean cross-entropy; guessing among ${p} answers has ${Math.log10(Math.log(p)).toFixed(2)}.`
      : `Share of pairs whose largest logit is the answer's; guessing has ${(1 / p).toFixed(3)}.`,
    x: { name: 'set', label: 'pairs', length: SET_NAMES.length, names: SET_NAMES },
    y: { name: 'variant', label: 'network', length: rows.length, names: rows.map(({ name }) => name) },
    colour: isLoss
      ? { name: 'log10_loss', label: 'log₁₀ of the loss', signed: false }
      : { name: 'accuracy', label: 'accuracy', signed: false, domain: [0, 1] },
    facets: [{ values: isLoss ? values.map((loss) => Math.log10(loss)) : values }],
    numbers: true,
    width: 270,
    height: 24 * rows.length,
  };
}
