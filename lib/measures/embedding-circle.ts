// Where the embedding places the numbers in the plane of one frequency: the rows of W_E projected on the unit vectors along
// cos(w_k) W_E and sin(w_k) W_E. In a network that computes with frequency k they form a circle, with a at the angle w_k a
// (Nanda et al. 2023, section 4.1; TransformerLens' demo).
import { createMatrix, multiply, transpose, type Matrix } from '../numerics/matrix.ts';

/**
 * W_E [p, d_model] -> [p, 2]: the coordinates along the cosine and sine of frequency k, 0 along a direction that the embedding
 * does not have. `plane` is the embedding from which the two directions are taken.
 */
export function embeddingCircle(W_E: Matrix, k: number, plane = W_E): Matrix {
  const { rows: p } = W_E;
  const wave = (of: (angle: number) => number): Matrix =>
    createMatrix(
      1,
      p,
      Float64Array.from({ length: p }, (_, a) => of((2 * Math.PI * ((k * a) % p)) / p)),
    );
  const coordinates = [wave(Math.cos), wave(Math.sin)].map((row) => {
    const direction = multiply(row, plane);
    const length = Math.hypot(...direction.data) || 1;
    return multiply(W_E, transpose(direction)).data.map((x) => x / length);
  });
  return createMatrix(
    p,
    2,
    Float64Array.from({ length: 2 * p }, (_, i) => coordinates[i % 2]![i >> 1]!),
  );
}
