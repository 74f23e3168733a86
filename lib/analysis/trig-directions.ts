// The directions cos w_k(a + b) and sin w_k(a + b) on the grid, k key: what the trigonometric algorithm computes with.
// T projects on them. T f depends on s = (a + b) mod p only, and so does everything built of T alone: it is kept as
// [p, n] by s, never as [p*p, n]. Source: Nanda et al. 2023; ARENA's exercises (trig ratio).
import { columnVariation, lineCoefficients, lineSums, type Grid } from './line-sums.ts';
import { makeFourierBasis } from './fourier.ts';
import { createMatrix, multiply, transpose, type Matrix } from './matrix.ts';

/** T f by s = (a + b) mod p, [p, n], of the sums of f over the lines of a + b [p, n]. */
export function projectOnTrig(sums: Matrix, key: readonly number[]): Matrix {
  const { rows: p, columns: n } = sums;
  const kept = createMatrix(p, n);
  const coefficients = lineCoefficients(sums).data;
  for (const k of key)
    kept.data.set(coefficients.subarray((2 * k - 1) * n, (2 * k + 1) * n), (2 * k - 1) * n);
  // A unit vector of the grid is a row of F, constant along each line, over sqrt p.
  const T = multiply(transpose(makeFourierBasis(p).F), kept);
  T.data.forEach((x, i) => (T.data[i] = x / Math.sqrt(p)));
  return T;
}

/**
 * Mean over the columns of a grid [p*p, n] of the share of variance that lies in the trig directions of the key
 * frequencies; columns that never vary have no share and are left out.
 */
export function trigRatio(grid: Grid, key: readonly number[]): number {
  const { columns: n } = grid;
  const { energy } = columnVariation(grid);
  const coefficients = lineCoefficients(lineSums(grid, 'a + b')).data;
  const shares = Array.from(energy).flatMap((total, j) => {
    if (total === 0) return [];
    const square = (row: number): number => coefficients[row * n + j]! ** 2;
    return [key.reduce((sum, k) => sum + square(2 * k - 1) + square(2 * k), 0) / total];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
