// A map of the network (one matrix, or one a head) taken apart by SVD and held against chance.
import { gaussianControl } from '../numerics/gaussian-control.ts';
import { frobeniusNorm, type Matrix } from '../numerics/matrix.ts';
import { computeSvd, type Svd } from '../numerics/svd.ts';

export interface Decomposition extends Svd {
  readonly matrix: Matrix;
  /** Singular values of a Gaussian matrix of the same size and Frobenius norm. */
  readonly control: Float64Array;
}

const CONTROL_SEED = 0;

/** Decomposes matrices of one size. They share one control, whose singular values scale with the norm. */
export function decompose(matrices: readonly Matrix[]): Decomposition[] {
  const control = gaussianControl(matrices[0]!, CONTROL_SEED);
  const unit = computeSvd(control).S.map((s) => s / frobeniusNorm(control));
  return matrices.map((matrix) => {
    const norm = frobeniusNorm(matrix);
    return { ...computeSvd(matrix), matrix, control: unit.map((s) => s * norm) };
  });
}
