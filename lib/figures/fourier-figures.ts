// Spectra and Fourier components as this project draws them. Every frequency 0 .. p//2 is on the axis.
import type { FourierNorms } from '../analysis/fourier.ts';
import type { Matrix } from '../analysis/matrix.ts';
import type { BarsOptions } from './bars.ts';
import type { HeatmapOptions } from './heatmap.ts';

const FREQUENCY = 'frequency k';

const frequencies = (n: number): number[] => Array.from({ length: n }, (_, k) => k);

/** One value a frequency, from 0; `named` frequencies have their number above the bar. */
export function spectrumBars(
  title: string,
  subtitle: string,
  label: string,
  spectrum: Float64Array,
  rest: Pick<BarsOptions, 'named' | 'level'>,
): BarsOptions {
  return {
    title,
    subtitle,
    x: { label: FREQUENCY, values: frequencies(spectrum.length) },
    y: { label },
    series: [{ name: 'spectrum', values: spectrum }],
    ...rest,
  };
}

/** The norm of each Fourier component, sine and cosine side by side, with the line that key frequencies exceed. */
export function normBars(
  title: string,
  subtitle: string,
  { constant, sin, cos }: FourierNorms,
  {
    fraction,
    named,
  }: { fraction: { readonly value: number; readonly name: string }; named: readonly number[] },
): BarsOptions {
  const none = sin.map(() => NaN);
  const largest = Math.max(...sin, ...cos);
  return {
    title,
    subtitle,
    x: { label: FREQUENCY, values: frequencies(sin.length + 1) },
    y: { label: 'norm of the component' },
    series: [
      { name: 'sin', values: [NaN, ...sin] },
      { name: 'cos', values: [NaN, ...cos] },
      { name: 'constant', values: [constant, ...none], grey: true },
    ],
    named,
    level: { y: fraction.value * largest, label: `${fraction.name} of the largest` },
  };
}

/** A matrix whose rows are Fourier components, with ticks at some of the cosines, and key frequencies at the right. */
export function componentMap(
  title: string,
  subtitle: string,
  matrix: Matrix,
  names: readonly string[],
  columns: { readonly name: string; readonly label: string },
  value: string,
  key: readonly number[] = [],
): HeatmapOptions {
  const p = matrix.rows;
  const stride = [1, 2, 5, 10, 20, 50].find((s) => p / (2 * s) <= 14) ?? 100;
  const cosines = frequencies(p >> 1).map((i) => i + 1);
  const scale = Math.max(1, Math.floor(500 / p));
  return {
    title,
    subtitle,
    x: { ...columns, length: matrix.columns },
    y: {
      name: 'component',
      label: 'Fourier component',
      length: p,
      names,
      ticks: [0, ...cosines.filter((k) => k % stride === 0).map((k) => 2 * k)],
    },
    colour: { name: 'value', label: value, signed: true },
    facets: [{ values: matrix.data }],
    rowMarks: key.map((k) => ({ at: 2 * k - 0.5, label: `k = ${k}` })),
    width: matrix.columns * Math.max(1, Math.floor(560 / matrix.columns)),
    height: p * scale,
  };
}
