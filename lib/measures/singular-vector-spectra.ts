// The seed notebook's question: which frequencies do the first left singular vectors of W_E consist of?
// Frequencies are 0 .. p//2, the last included (the notebook leaves it out). A vector of norm 1 that is one pure
// sinusoid has 2/p abs(FFT) = sqrt(2/p) at its frequency.
import { createDft, magnitudes } from '../numerics/dft.ts';
import { columnOf, createMatrix, type Matrix } from '../numerics/matrix.ts';

export interface SingularVectorSpectra {
  /** How many columns of U went in. */
  readonly components: number;
  /** The notebook's: 2/p abs(FFT(sum of the columns)). Depends on the signs of the columns. */
  readonly ofSum: Float64Array;
  /** 2/p abs(FFT(column)), [components, p//2 + 1]. Depends on rotations among equal singular values. */
  readonly perColumn: Matrix;
  /** sqrt(sum over the columns of abs(FFT)^2): depends on neither. */
  readonly signFree: Float64Array;
}

/** Spectra of the first `components` columns of U [p, r], or of all r where there are fewer. */
export function singularVectorSpectra(U: Matrix, components: number): SingularVectorSpectra {
  const p = U.rows;
  const used = Math.min(components, U.columns);
  const dft = createDft(p);
  const columns = Array.from({ length: used }, (_, i) => columnOf(U, i));
  const spectra = columns.map((column) => magnitudes(dft(column)));
  const sum = Float64Array.from({ length: p }, (_, t) => columns.reduce((total, u) => total + u[t]!, 0));
  const n = (p >> 1) + 1;
  const perColumn = createMatrix(used, n);
  spectra.forEach((spectrum, i) =>
    perColumn.data.set(
      spectrum.map((x) => (2 / p) * x),
      i * n,
    ),
  );
  return {
    components: used,
    ofSum: magnitudes(dft(sum)).map((x) => (2 / p) * x),
    perColumn,
    signFree: Float64Array.from({ length: n }, (_, k) => Math.hypot(...spectra.map((s) => s[k]!))),
  };
}
