// Which frequency does a neuron compute with? Nanda et al. 2023 and TransformerLens' demo: the share of its variance over
// all pairs in the eight products of {1, cos w_k a, sin w_k a} and {1, cos w_k b, sin w_k b}, the constant left out,
// and the k where that share is largest. Every k = 1 .. p//2 counts (the Colab leaves the last one out).
// Attention is measured the same way: the degree-2 fit of the paper's appendix C.1.
import { createMatrix, type Matrix } from '../numerics/matrix.ts';
import { columnVariation, LINE_NAMES, lineCoefficients, lineSums, type Grid } from './line-sums.ts';

/** Share of the variance of each column [p*p, n] that frequency k explains, [p//2, n], row k - 1; NaN where it never varies. */
export function frequencyShares(grid: Grid): Matrix {
  const { columns: n } = grid;
  const { energy } = columnVariation(grid);
  const lines = LINE_NAMES.map((line) => lineCoefficients(lineSums(grid, line)).data);
  const shares = createMatrix((lines[0]!.length / n) >> 1, n);
  for (const coefficients of lines)
    for (let i = n; i < coefficients.length; i++) {
      const at = (Math.floor(i / n - 1) >> 1) * n + (i % n);
      shares.data[at] = shares.data[at]! + coefficients[i]! ** 2;
    }
  shares.data.forEach((x, i) => (shares.data[i] = energy[i % n] === 0 ? NaN : x / energy[i % n]!));
  return shares;
}

export interface NeuronFrequency {
  /** The frequency that explains most of the neuron, 1 .. p//2. */
  readonly frequency: number;
  /** Share of the variance that it explains, 0 to 1. */
  readonly fraction: number;
}

/** The best frequency of each column of shares [p//2, n]; null for a column that never varies (a dead neuron). */
export function bestFrequencies({ rows, columns: n, data }: Matrix): (NeuronFrequency | null)[] {
  return Array.from({ length: n }, (_, j) => {
    let best: NeuronFrequency | null = null;
    for (let k = 1; k <= rows; k++) {
      const fraction = data[(k - 1) * n + j]!;
      if (fraction > (best?.fraction ?? -1)) best = { frequency: k, fraction };
    }
    return best;
  });
}

export interface Cluster {
  readonly frequency: number;
  readonly neurons: number[];
}

/** Neurons of which one frequency explains more than `above`, by that frequency, ascending. */
export function frequencyClusters(best: readonly (NeuronFrequency | null)[], above: number): Cluster[] {
  const clusters = new Map<number, number[]>();
  best.forEach((neuron, j) => {
    if (neuron === null || !(neuron.fraction > above)) return;
    clusters.set(neuron.frequency, [...(clusters.get(neuron.frequency) ?? []), j]);
  });
  return [...clusters]
    .map(([frequency, neurons]) => ({ frequency, neurons }))
    .sort((x, y) => x.frequency - y.frequency);
}

/** The phase of each column at its frequency: phi in [0, 2 pi) of its part cos(w_k a - phi); NaN where there is none. */
export function phasesInA(grid: Grid, best: readonly (NeuronFrequency | null)[]): Float64Array {
  const { columns: n, data } = lineCoefficients(lineSums(grid, 'a'));
  return Float64Array.from(best, (neuron, j) => {
    if (neuron === null) return NaN;
    const [sin, cos] = [data[(2 * neuron.frequency - 1) * n + j]!, data[2 * neuron.frequency * n + j]!];
    return (Math.atan2(sin, cos) + 2 * Math.PI) % (2 * Math.PI);
  });
}
