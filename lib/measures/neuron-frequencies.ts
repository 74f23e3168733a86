// Which frequency does a neuron compute with? Nanda et al. 2023 and TransformerLens' demo: the share of its variance over
// all pairs in the eight products of {1, cos w_k a, sin w_k a} and {1, cos w_k b, sin w_k b}, the constant left out,
// and the k where that share is largest. Every k = 1 .. n//2 counts (the Colab leaves the last one out); at n/2 there is
// no sine, so three products.
// Attention is measured the same way: the degree-2 fit of the paper's appendix C.1.
import { frequencyOf, isNyquist, rowsOf } from '../numerics/fourier-basis.ts';
import { createMatrix, type Matrix } from '../numerics/matrix.ts';
import { LINE_NAMES, lineCoefficients, lineSums, sideOf, type Grid } from './line-sums.ts';

/**
 * Share of the variance of each column [n*n, columns] that frequency k explains: [n//2, columns], row k - 1; NaN for a column
 * that never varies.
 */
export function frequencyShares(grid: Grid): Matrix {
  const { columns } = grid;
  const n = sideOf(grid);
  const energy = variation(grid);
  const shares = createMatrix(n >> 1, columns);
  for (const line of LINE_NAMES) {
    const coefficients = lineCoefficients(lineSums(grid, line)).data;
    for (let row = 1; row < n; row++) {
      const k = frequencyOf(row);
      if (line === 'a - b' && isNyquist(n, k)) continue;
      for (let j = 0; j < columns; j++) {
        const at = (k - 1) * columns + j;
        shares.data[at] = shares.data[at]! + coefficients[row * columns + j]! ** 2;
      }
    }
  }
  shares.data.forEach((x, i) => {
    const total = energy[i % columns]!;
    shares.data[i] = total === 0 ? NaN : x / total;
  });
  return shares;
}

/** Each column's sum of squared deviations from its mean, exactly 0 if it never varies: [columns]. */
function variation({ rows, columns: n, data }: Grid): Float64Array {
  const [mean, energy, varies] = [new Float64Array(n), new Float64Array(n), new Uint8Array(n)];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < n; j++) {
      mean[j] = mean[j]! + data[i * n + j]! / rows;
      if (data[i * n + j] !== data[j]) varies[j] = 1;
    }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < n; j++) energy[j] = energy[j]! + (data[i * n + j]! - mean[j]!) ** 2;
  return energy.map((x, j) => (varies[j] ? x : 0));
}

export interface NeuronFrequency {
  /** The frequency that explains most of the neuron, 1 .. n//2. */
  readonly frequency: number;
  /** Share of the variance that it explains, 0 to 1. */
  readonly fraction: number;
}

/** The best frequency of each column of shares [n//2, n]; null for a column that never varies (a dead neuron). */
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

/** Neurons for which one frequency explains more than `above` of the variance, grouped by that frequency, ascending. */
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

/** The phase of each column at its frequency: phi in [0, 2 pi) of its part cos(w_k a - phi); NaN if it has no frequency. */
export function phasesInA(grid: Grid, best: readonly (NeuronFrequency | null)[]): Float64Array {
  const { rows: n, columns, data } = lineCoefficients(lineSums(grid, 'a'));
  return Float64Array.from(best, (neuron, j) => {
    if (neuron === null) return NaN;
    const parts = rowsOf(n, neuron.frequency).map((row) => data[row * columns + j]!);
    const [sin, cos] = parts.length === 1 ? [0, parts[0]!] : [parts[0]!, parts[1]!];
    return (Math.atan2(sin, cos) + 2 * Math.PI) % (2 * Math.PI);
  });
}
