// The real Fourier basis over Z_n, what a matrix looks like in it, and the waves that a function on Z_n consists of.
// Rows in the order of the seed notebook and TransformerLens' demo (sine first): Constant, Sin 1, Cos 1, Sin 2, ...,
// each of norm 1. The paper (Nanda et al. 2023) has cosine first. Frequencies are 1 .. n//2. For even n the last one, n/2
// (Nyquist's), has a cosine alone, (-1)^t: its sine is zero everywhere. So there are n rows for every n, and F F^T = 1.
import { createDft } from './dft.ts';
import { createMatrix, rowNorms, type Matrix } from './matrix.ts';

export interface FourierBasis {
  /** [n, n]: row 0 is the constant, then come the rows of k = 1 .. n//2 in the order of rowsOf; w_k = 2 pi k / n. */
  readonly F: Matrix;
  readonly names: readonly string[];
}

/** Whether k is n/2, the frequency that has no sine. */
export const isNyquist = (n: number, k: number): boolean => 2 * k === n;

/** Rows of the basis that belong to frequency k > 0: its sine and its cosine, or its cosine alone. */
export const rowsOf = (n: number, k: number): number[] =>
  isNyquist(n, k) ? [2 * k - 1] : [2 * k - 1, 2 * k];

/** The frequency of a row of the basis, 0 for the constant. */
export const frequencyOf = (row: number): number => (row + 1) >> 1;

/** 1 .. n//2. */
export const frequenciesOf = (n: number): number[] => Array.from({ length: n >> 1 }, (_, i) => i + 1);

/** The factor that turns abs(FFT) at frequency k into an amplitude: 2/n, or 1/n if k has no sine. */
export const amplitudeScale = (n: number, k: number): number => (isNyquist(n, k) ? 1 : 2) / n;

/** The basis, exact to float64 (arguments are reduced in whole numbers first). */
export function makeFourierBasis(n: number): FourierBasis {
  const frequencies = frequenciesOf(n);
  const F = createMatrix(n, n);
  F.data.fill(1 / Math.sqrt(n), 0, n);
  F.data.set(frequencyRows(n, frequencies).data, n);
  const names = frequencies.flatMap((k) => [...(isNyquist(n, k) ? [] : [`Sin ${k}`]), `Cos ${k}`]);
  return { F, names: ['Constant', ...names] };
}

/** Only the rows of some frequencies, in the order of the list: sine and cosine of each, but for n/2 only the cosine. */
export function frequencyRows(n: number, frequencies: readonly number[]): Matrix {
  const waves = frequencies.flatMap((k) => [
    ...(isNyquist(n, k) ? [] : [{ k, of: Math.sin }]),
    { k, of: Math.cos },
  ]);
  const rows = createMatrix(waves.length, n);
  waves.forEach(({ k, of }, i) => {
    const norm = Math.sqrt(amplitudeScale(n, k));
    for (let t = 0; t < n; t++) rows.data[i * n + t] = norm * of((2 * Math.PI * ((k * t) % n)) / n);
  });
  return rows;
}

/** The norm of each row of a matrix [component, any] in this basis, by frequency. */
export interface FourierNorms {
  /** All n norms in basis order. */
  readonly all: Float64Array;
  readonly constant: number;
  /** Entry k - 1 belongs to frequency k = 1 .. n//2; the sine of n/2 is 0. */
  readonly sin: Float64Array;
  readonly cos: Float64Array;
}

/** L2 norms of the rows, as in grokking's Fourier bar charts (TransformerLens, Nanda et al. figure 3). */
export const fourierNorms = (inBasis: Matrix): FourierNorms => normsByFrequency(rowNorms(inBasis));

/** Splits n norms in the order of the basis into constant, sines and cosines. */
export function normsByFrequency(all: Float64Array): FourierNorms {
  const rows = frequenciesOf(all.length).map((k) => rowsOf(all.length, k));
  return {
    all,
    constant: all[0]!,
    sin: Float64Array.from(rows, ([sin, cos]) => (cos === undefined ? 0 : all[sin!]!)),
    cos: Float64Array.from(rows, (of) => all[of.at(-1)!]!),
  };
}

/** sin^2 + cos^2 of each frequency; entry k - 1 belongs to k. */
export const frequencyPower = ({ sin, cos }: FourierNorms): Float64Array =>
  sin.map((norm, i) => norm ** 2 + cos[i]! ** 2);

/** Share of the squared norm that lies in the sines and cosines of some frequencies. */
export function energyShare({ all, sin, cos }: FourierNorms, frequencies: readonly number[]): number {
  const total = all.reduce((sum, norm) => sum + norm ** 2, 0);
  const inside = frequencies.reduce((sum, k) => sum + sin[k - 1]! ** 2 + cos[k - 1]! ** 2, 0);
  return total === 0 ? 0 : inside / total;
}

/**
 * The wave of each frequency of `chosen` in a function on Z_n, [n] each: A_k cos(w_k t - phi_k), which is the sum of
 * X_k e^(i w_k t) and its conjugate, over n. The waves of all frequencies and the mean add up to the function.
 */
export function frequencyComponents(values: Float64Array, chosen: readonly number[]): Float64Array[] {
  const n = values.length;
  const { re, im } = createDft(n)(values);
  return chosen.map((k) =>
    Float64Array.from({ length: n }, (_, t) => {
      const angle = (2 * Math.PI * ((k * t) % n)) / n;
      return amplitudeScale(n, k) * (re[k]! * Math.cos(angle) - im[k]! * Math.sin(angle));
    }),
  );
}
