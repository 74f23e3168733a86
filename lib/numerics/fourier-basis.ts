// The real Fourier basis over Z_p, what a matrix looks like in it, and the waves that a function on Z_p consists of.
// Rows in the order of the seed notebook and TransformerLens' demo (sine first): Constant, Sin 1, Cos 1, Sin 2, ...,
// each of norm 1. The paper (Nanda et al. 2023) has cosine first. p is odd, so there are p rows and F F^T = 1.
import { createDft } from './dft.ts';
import { createMatrix, rowNorms, type Matrix } from './matrix.ts';

export interface FourierBasis {
  /** [p, p]: row 0 constant, row 2k-1 sin(w_k t), row 2k cos(w_k t), k = 1 .. p//2, w_k = 2 pi k / p. */
  readonly F: Matrix;
  readonly names: readonly string[];
}

/** The basis for an odd p, exact to float64 (arguments are reduced in whole numbers first). */
export function makeFourierBasis(p: number): FourierBasis {
  if (p % 2 !== 1) throw new Error(`Fourier basis: p = ${p} (an odd number expected)`);
  const frequencies = Array.from({ length: p >> 1 }, (_, i) => i + 1);
  const F = createMatrix(p, p);
  F.data.fill(1 / Math.sqrt(p), 0, p);
  F.data.set(frequencyRows(p, frequencies).data, p);
  return { F, names: ['Constant', ...frequencies.flatMap((k) => [`Sin ${k}`, `Cos ${k}`])] };
}

/** The sines and cosines of some frequencies only, [2 * frequencies, p]: rows 2i and 2i + 1 belong to frequency i of the list. */
export function frequencyRows(p: number, frequencies: readonly number[]): Matrix {
  const rows = createMatrix(2 * frequencies.length, p);
  const amplitude = Math.sqrt(2 / p);
  frequencies.forEach((k, i) => {
    for (let t = 0; t < p; t++) {
      const angle = (2 * Math.PI * ((k * t) % p)) / p;
      rows.data[2 * i * p + t] = amplitude * Math.sin(angle);
      rows.data[(2 * i + 1) * p + t] = amplitude * Math.cos(angle);
    }
  });
  return rows;
}

/** Norms by frequency: of a matrix in the basis [component, any], the norm of each row, told apart. */
export interface FourierNorms {
  /** All p norms in basis order. */
  readonly all: Float64Array;
  readonly constant: number;
  /** Entry k - 1 belongs to frequency k = 1 .. p//2. */
  readonly sin: Float64Array;
  readonly cos: Float64Array;
}

/** L2 norms of the rows, as in grokking's Fourier bar charts (TransformerLens, Nanda et al. figure 3). */
export const fourierNorms = (inBasis: Matrix): FourierNorms => normsByFrequency(rowNorms(inBasis));

/** Tells p norms in basis order apart. */
export const normsByFrequency = (all: Float64Array): FourierNorms => ({
  all,
  constant: all[0]!,
  sin: all.filter((_, i) => i % 2 === 1),
  cos: all.filter((_, i) => i > 0 && i % 2 === 0),
});

/** sin^2 + cos^2 of each frequency; entry k - 1 belongs to k. */
export const frequencyPower = ({ sin, cos }: FourierNorms): Float64Array =>
  sin.map((norm, i) => norm ** 2 + cos[i]! ** 2);

/** Share of the squared norm that lies in the sines and cosines of some frequencies. */
export function energyShare({ all }: FourierNorms, frequencies: readonly number[]): number {
  const square = (i: number): number => all[i]! ** 2;
  const total = all.reduce((sum, norm) => sum + norm ** 2, 0);
  const inside = frequencies.reduce((sum, k) => sum + square(2 * k - 1) + square(2 * k), 0);
  return total === 0 ? 0 : inside / total;
}

/**
 * The wave of each frequency of `chosen` in a function on Z_p, [p] each: A_k cos(w_k t - phi_k), which is X_k e^(i w_k t)
 * and its conjugate, over p. All of them and the mean add up to the function.
 */
export function frequencyComponents(values: Float64Array, chosen: readonly number[]): Float64Array[] {
  const p = values.length;
  const { re, im } = createDft(p)(values);
  return chosen.map((k) =>
    Float64Array.from({ length: p }, (_, t) => {
      const angle = (2 * Math.PI * ((k * t) % p)) / p;
      return (2 / p) * (re[k]! * Math.cos(angle) - im[k]! * Math.sin(angle));
    }),
  );
}
