// Sums over the lines of the grid Z_p x Z_p: what is left of f(a, b) when only a, b, a + b or a - b is known.
// They hold all that an analysis of one frequency at a time needs. For k = 1 .. p//2 the eight products of {1, cos w_k a,
// sin w_k a} and {1, cos w_k b, sin w_k b} without the constant span the same space as the cosines and sines of w_k a, w_k b,
// w_k(a + b), w_k(a - b) (the addition theorems), which are orthogonal with norm p/sqrt 2 each. So a coefficient of the
// p^2 grid is one of a length-p transform of its line sums: O(p^2) a column instead of O(p^3).
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, type Matrix } from '../numerics/matrix.ts';

/** The value that the pairs of a line share, from (a, b, p). */
export const LINES = {
  a: (a: number) => a,
  b: (_: number, b: number) => b,
  'a + b': (a: number, b: number, p: number) => (a + b) % p,
  'a - b': (a: number, b: number, p: number) => (a - b + p) % p,
} as const;

export type Line = keyof typeof LINES;
export const LINE_NAMES = Object.keys(LINES) as Line[];

/** Functions on the grid, a column each, [p*p, n]: activations from a file or a matrix of the analysis. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}

/** p of a grid of p*p rows. */
export function sideOf({ rows }: Pick<Grid, 'rows'>): number {
  const p = Math.round(Math.sqrt(rows));
  if (p * p !== rows) throw new Error(`a grid with ${rows} rows (expected the square of p)`);
  return p;
}

/** The sum of each column over each line: [p*p, n] -> [p, n]. */
export function lineSums(grid: Grid, line: Line): Matrix {
  const p = sideOf(grid);
  const { columns: n, data } = grid;
  const sums = createMatrix(p, n);
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) {
      const to = LINES[line](a, b, p) * n;
      const from = (a * p + b) * n;
      for (let j = 0; j < n; j++) sums.data[to + j] = sums.data[to + j]! + data[from + j]!;
    }
  return sums;
}

/**
 * Coefficients of the grid on unit vectors that vary with one line only, in the order of the Fourier basis:
 * [p, n] sums -> [p, n]. Row 2k - 1 belongs to sin(w_k l) sqrt 2 / p, row 2k to cos(w_k l) sqrt 2 / p, l = the line's value.
 */
export function lineCoefficients(sums: Matrix): Matrix {
  const { F } = makeFourierBasis(sums.rows);
  const scale = 1 / Math.sqrt(sums.rows);
  const inBasis = multiply(F, sums);
  return createMatrix(
    sums.rows,
    sums.columns,
    inBasis.data.map((x) => x * scale),
  );
}

/** The rows of the grid, line by line: entries l*p .. (l+1)*p - 1 are the pairs of line l. */
export function rowsByLine(p: number, line: Line): Int32Array {
  const rows = new Int32Array(p * p);
  const filled = new Int32Array(p);
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) {
      const l = LINES[line](a, b, p);
      rows[l * p + filled[l]!] = a * p + b;
      filled[l] = filled[l]! + 1;
    }
  return rows;
}

/** What the trigonometric measures ask of functions on the grid [p*p, n]. */
export interface LineStatistics {
  /** Over the lines of the answer, [p, n]. */
  readonly sums: Matrix;
  /** Squared deviations from the mean, [n]; 0 where a column never varies. */
  readonly energy: Float64Array;
}

export const lineStatistics = (grid: Grid, line: Line): LineStatistics => ({
  sums: lineSums(grid, line),
  energy: columnVariation(grid).energy,
});

/** Mean of each column over all pairs, [n], and its sum of squared deviations, 0 exactly where it never varies. */
export function columnVariation({ rows, columns: n, data }: Grid): {
  mean: Float64Array;
  energy: Float64Array;
} {
  const [mean, energy, varies] = [new Float64Array(n), new Float64Array(n), new Uint8Array(n)];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < n; j++) {
      mean[j] = mean[j]! + data[i * n + j]! / rows;
      if (data[i * n + j] !== data[j]) varies[j] = 1;
    }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < n; j++) energy[j] = energy[j]! + (data[i * n + j]! - mean[j]!) ** 2;
  return { mean, energy: energy.map((x, j) => (varies[j] ? x : 0)) };
}
