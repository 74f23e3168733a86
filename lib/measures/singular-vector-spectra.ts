// The seed notebook's question: which frequencies do the first left singular vectors of W_E consist of?
// Frequencies are 0 .. n//2, the last included (the notebook leaves it out). A vector of norm 1 that is one pure
// sinusoid has 2/n abs(FFT) = sqrt(2/n) at its frequency; for k = n/2, which has no sine, it is 1/n abs(FFT) = sqrt(1/n).
import { createDft, magnitudes } from '../numerics/dft.ts';
import { amplitudeScale } from '../numerics/fourier-basis.ts';
import { columnOf, createMatrix, type Matrix } from '../numerics/matrix.ts';

export interface SingularVectorSpectra {
  /** How many columns of U were used. */
  readonly components: number;
  /** The notebook's: 2/n abs(FFT(sum of the columns)). Depends on the signs of the columns. */
  readonly ofSum: Float64Array;
  /** 2/n abs(FFT(column)), [components, n//2 + 1]. Depends on rotations among equal singular values. */
  readonly perColumn: Matrix;
  /** sqrt(sum over the columns of abs(FFT)^2): depends on neither. */
  readonly signFree: Float64Array;
}

/** Spectra of the first `components` columns of U [n, r], or of all r if there are fewer. */
export function singularVectorSpectra(U: Matrix, components: number): SingularVectorSpectra {
  const n = U.rows;
  const used = Math.min(components, U.columns);
  const dft = createDft(n);
  const columns = Array.from({ length: used }, (_, i) => columnOf(U, i));
  const spectra = columns.map((column) => magnitudes(dft(column)));
  const sum = Float64Array.from({ length: n }, (_, t) => columns.reduce((total, u) => total + u[t]!, 0));
  const amplitudes = (spectrum: Float64Array): Float64Array =>
    spectrum.map((x, k) => amplitudeScale(n, k) * x);
  const frequencies = (n >> 1) + 1;
  const perColumn = createMatrix(used, frequencies);
  spectra.forEach((spectrum, i) => perColumn.data.set(amplitudes(spectrum), i * frequencies));
  return {
    components: used,
    ofSum: amplitudes(magnitudes(dft(sum))),
    perColumn,
    signFree: Float64Array.from({ length: frequencies }, (_, k) => Math.hypot(...spectra.map((s) => s[k]!))),
  };
}
