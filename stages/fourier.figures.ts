// What the stage fourier draws: spectra, and matrices in the Fourier basis. Every frequency 0 .. n//2 is on the axis.
import type { SingularVectorSpectra } from '../lib/measures/singular-vector-spectra.ts';
import type { Axis, Bars, Heatmap } from '../lib/charts/figure.ts';
import type { FourierBasis, FourierNorms } from '../lib/numerics/fourier-basis.ts';
import type { Matrix } from '../lib/numerics/matrix.ts';
import { componentMap } from './spectra.figures.ts';

type Frequencies = readonly number[];

const axisOf = (n: number): Bars['x'] => ({
  label: 'frequency k',
  values: Array.from({ length: n }, (_, k) => k),
});

const firstColumns = ({ components }: SingularVectorSpectra): string =>
  components === 1 ? 'the first column' : `the first ${components} columns`;

export function spectrumOfSum(n: number, spectra: SingularVectorSpectra, key: Frequencies): Bars {
  return {
    kind: 'bars',
    title: 'Spectrum of the summed left singular vectors of W_E',
    subtitle: `2/n |FFT(sum of ${firstColumns(spectra)} of U)|. Depends on signs: here the largest entry of each column is positive.`,
    x: axisOf(spectra.ofSum.length),
    y: { label: 'amplitude' },
    series: [{ name: 'spectrum', values: spectra.ofSum }],
    named: key,
    level: { y: Math.sqrt(2 / n), label: 'one pure sinusoid of norm 1' },
    names: { series: 'component', x: 'frequency', y: 'amplitude' },
  };
}

export function signFreeSpectrum(spectra: SingularVectorSpectra, key: Frequencies): Bars {
  const { signFree } = spectra;
  return {
    kind: 'bars',
    title: 'Spectrum of the left singular vectors of W_E, whatever their signs',
    subtitle: `Square root of the sum of |FFT|² over ${firstColumns(spectra)} of U.`,
    x: axisOf(signFree.length),
    y: { label: 'magnitude' },
    series: [{ name: 'spectrum', values: signFree }],
    named: key,
    level: { y: Math.max(...signFree.subarray(1)) / 4, label: 'a quarter of the largest' },
    names: { series: 'component', x: 'frequency', y: 'magnitude' },
  };
}

export function spectrumPerColumn(n: number, { components, perColumn }: SingularVectorSpectra): Heatmap {
  return {
    kind: 'heatmap',
    title: 'Spectrum of each left singular vector of W_E',
    subtitle: `2/n |FFT(column of U)|; one pure sinusoid of norm 1 has ${Math.sqrt(2 / n).toFixed(3)}.`,
    x: { name: 'frequency', label: 'frequency k', length: (n >> 1) + 1 },
    y: { name: 'index', label: 'index of the singular value', length: components },
    colour: { name: 'amplitude', label: 'amplitude', signed: false },
    facets: [{ values: perColumn.data }],
    width: 720,
    height: Math.max(90, Math.min(480, 30 * components)),
  };
}

export const fourierBasis = ({ F, names }: FourierBasis, columns: Omit<Axis, 'length'>): Heatmap =>
  componentMap({
    title: 'Fourier basis',
    subtitle: 'Rows: Constant, Sin 1, Cos 1, Sin 2, ..., each of norm 1.',
    matrix: F,
    names,
    columns,
    value: 'entry of the basis vector',
  });

export const embeddingMap = ({ names }: FourierBasis, embedding: Matrix, key: Frequencies): Heatmap =>
  componentMap({
    title: 'Embedding in the Fourier basis',
    subtitle: 'F W_E. Ticks stand at cosines; the sine of the same frequency is one row above.',
    matrix: embedding,
    names,
    columns: { name: 'd_model', label: 'residual dimension' },
    value: 'coefficient',
    by: 'root',
    key,
  });

export const outputMap = ({ names }: FourierBasis, W_logit: Matrix, key: Frequencies): Heatmap =>
  componentMap({
    title: 'W_logit in the Fourier basis of its output',
    subtitle: 'F (W_out W_U)ᵀ. Ticks stand at cosines; the sine of the same frequency is one row above.',
    matrix: W_logit,
    names,
    columns: { name: 'neuron', label: 'neuron' },
    value: 'coefficient',
    by: 'root',
    key,
  });

export const embeddingNorms = (norms: FourierNorms, key: Frequencies): Bars => ({
  ...normBars(norms, key),
  title: 'Embedding in the Fourier basis: norms',
  subtitle: 'L2 norm over the residual dimensions of each row of F W_E.',
});

export const outputNorms = (norms: FourierNorms, key: Frequencies): Bars => ({
  ...normBars(norms, key),
  title: 'W_logit in the Fourier basis of its output: norms',
  subtitle: 'L2 norm over the neurons of each Fourier component of W_out W_U over the answers c.',
});

/** The norm of each Fourier component, sine and cosine side by side, with the line that key frequencies exceed. */
function normBars({ constant, sin, cos }: FourierNorms, named: Frequencies): Omit<Bars, 'title'> {
  const none = sin.map(() => NaN);
  return {
    kind: 'bars',
    x: axisOf(sin.length + 1),
    y: { label: 'norm of the component' },
    series: [
      { name: 'sin', values: [NaN, ...sin] },
      { name: 'cos', values: [NaN, ...cos] },
      { name: 'constant', values: [constant, ...none], grey: true },
    ],
    named,
    level: { y: Math.max(...sin, ...cos) / 4, label: 'a quarter of the largest' },
    names: { series: 'component', x: 'frequency', y: 'norm' },
  };
}
