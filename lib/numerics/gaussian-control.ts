// What chance looks like: a Gaussian matrix to compare a trained one with.
import { createMatrix, frobeniusNorm, type Matrix } from './matrix.ts';
import { TorchGenerator } from './torch-generator.ts';

/** A matrix of independent Gaussians with M's size and Frobenius norm; the same for the same seed. */
export function gaussianControl(M: Matrix, seed: number): Matrix {
  const draws = Float64Array.from(new TorchGenerator(seed).normal(M.data.length, 1));
  const control = createMatrix(M.rows, M.columns, draws);
  const scale = frobeniusNorm(M) / frobeniusNorm(control);
  return createMatrix(
    M.rows,
    M.columns,
    draws.map((x) => x * scale),
  );
}
