// Sums over the lines of the grid Z_n x Z_n: what is left of f(a, b) when only a, b, a + b or a - b is known. An analysis of one
// frequency at a time needs nothing else. For k < n/2 the eight products of {1, cos w_k a,
// sin w_k a} and {1, cos w_k b, sin w_k b} without the constant span the same space as the cosines and sines of w_k a, w_k b,
// w_k (a + b), w_k (a - b) (the addition theorems), which are orthogonal with norm n/sqrt 2 each. So a coefficient of the
// n^2 grid is one of a length-n transform of its line sums: O(n^2) a column instead of O(n^3). At k = n/2 there are three
// products, and lines of a + b and of a - b carry the same one, (-1)^(a + b).
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, type Matrix } from '../numerics/matrix.ts';

/** The value that the pairs of a line share, from (a, b, n). */
export const LINES = {
  a: (a: number) => a,
  b: (_: number, b: number) => b,
  'a + b': (a: number, b: number, n: number) => (a + b) % n,
  'a - b': (a: number, b: number, n: number) => (a - b + n) % n,
} as const;

export type Line = keyof typeof LINES;
export const LINE_NAMES = Object.keys(LINES) as Line[];

/** Functions on the grid, one per column, [n*n, columns]: activations from a file, or a computed matrix. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}

/** n of a grid of n*n rows. */
export function sideOf({ rows }: Pick<Grid, 'rows'>): number {
  const n = Math.round(Math.sqrt(rows));
  if (n * n !== rows) throw new Error(`a grid with ${rows} rows (expected the square of n)`);
  return n;
}

/** The first n*n rows: the pairs of the group, without the pairs outside it that follow. */
export const insideOf = ({ columns, data }: Grid, n: number): Grid => ({
  rows: n * n,
  columns,
  data: data.length === n * n * columns ? data : data.subarray(0, n * n * columns),
});

/** The sum of each column over each line: [n*n, columns] -> [n, columns]. */
export function lineSums(grid: Grid, line: Line): Matrix {
  const n = sideOf(grid);
  const { columns, data } = grid;
  const sums = createMatrix(n, columns);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++) {
      const to = LINES[line](a, b, n) * columns;
      const from = (a * n + b) * columns;
      for (let j = 0; j < columns; j++) sums.data[to + j] = sums.data[to + j]! + data[from + j]!;
    }
  return sums;
}

/**
 * Coefficients of the grid on the unit vectors that are constant along each line, in the order of the Fourier basis:
 * [n, columns] sums -> [n, columns]. Such a vector is a row of F, repeated along the lines and divided by sqrt n.
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

/** What the trigonometric measures need to know of functions on the grid [n*n, columns]. */
export interface LineStatistics {
  /** Over the lines of a + b, [n, columns]. */
  readonly sums: Matrix;
  /** Squared deviations from the mean, [columns]; 0 where a column never varies. */
  readonly energy: Float64Array;
}
