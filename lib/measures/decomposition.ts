// The SVD of a map of the network (one matrix, or one for each head), with that of a random matrix for comparison.
import { gaussianControl } from '../numerics/gaussian-control.ts';
import { frobeniusNorm, type Matrix } from '../numerics/matrix.ts';
import { computeSvd, type Svd } from '../numerics/svd.ts';

export interface Decomposition extends Svd {
  readonly matrix: Matrix;
  /** Singular values of a Gaussian matrix of the same size and Frobenius norm. */
  readonly control: Float64Array;
}

const CONTROL_SEED = 0;

/** Decomposes matrices of the same size. One control serves all of them, as its singular values scale with the norm. */
export function decompose(matrices: readonly Matrix[]): Decomposition[] {
  const control = gaussianControl(matrices[0]!, CONTROL_SEED);
  const unit = computeSvd(control).S.map((s) => s / frobeniusNorm(control));
  return matrices.map((matrix) => {
    const norm = frobeniusNorm(matrix);
    return { ...computeSvd(matrix), matrix, control: unit.map((s) => s * norm) };
  });
}
