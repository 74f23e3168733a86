// The two-dimensional Fourier transform of functions on the grid, G -> F G F^T.
// Source: TransformerLens' demo and Nanda et al. 2023 (whose basis has cosine first; here sine is first).
import { createMatrix, multiply, transpose, type Matrix } from '../numerics/matrix.ts';
import { sideOf } from './line-sums.ts';

/**
 * Fourier coefficients of each column: [p*p, n] -> [p*p, n], row = x*p + y, where x is the component along a and y that along
 * b, in the order of the basis.
 */
export function transformGrid(F: Matrix, grid: Matrix): Matrix {
  const p = sideOf(grid);
  const { columns: n } = grid;
  const alongA = multiply(F, createMatrix(p, p * n, grid.data));
  // Of one column, two products of matrices: the same sums in the same order, in a third of the time.
  if (n === 1) return createMatrix(p * p, 1, multiply(alongA, transpose(F)).data);
  const both = createMatrix(p * p, n);
  for (let x = 0; x < p; x++) {
    const slab = createMatrix(p, n, alongA.data.subarray(x * p * n, (x + 1) * p * n));
    both.data.set(multiply(F, slab).data, x * p * n);
  }
  return both;
}

/** A copy of a transformed grid [p*p, n] whose constant coefficients are 0: the transform of the centred columns. */
export function withoutConstant(transformed: Matrix): Matrix {
  return createMatrix(
    transformed.rows,
    transformed.columns,
    transformed.data.map((x, i) => (i < transformed.columns ? 0 : x)),
  );
}
