// Singular value decomposition, M = U diag(S) V^T, by ml-matrix, imported only here.
// Economy form: U [m, r], S [r], V [n, r] with r = min(m, n), S descending.
// Sign rule: a decomposition leaves the sign of each pair (U_i, V_i) open; here the entry of U_i that is largest in
// absolute value is positive (the first of equals). So a rerun gives the same vectors, and -M gives the same U.
// Still undetermined is the rotation among equal singular values, such as those of a sine and cosine of one frequency.
import { Matrix as MlMatrix, SVD } from 'ml-matrix';
import { createMatrix, type Matrix } from './matrix.ts';

export interface Svd {
  readonly U: Matrix;
  readonly S: Float64Array;
  readonly V: Matrix;
}

/** Throws if a value is not finite, as the algorithm would not end. */
export function computeSvd(M: Matrix): Svd {
  const bad = M.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new Error(
      `singular values of a matrix with ${M.data[bad]} in row ${Math.floor(bad / M.columns)}, column ${bad % M.columns}`,
    );
  // autoTranspose: without it a wide matrix gives one singular value too many (mljs/matrix #203).
  const svd = new SVD(MlMatrix.from1DArray(M.rows, M.columns, Array.from(M.data)), { autoTranspose: true });
  const r = Math.min(M.rows, M.columns);
  const U = fromMl(svd.leftSingularVectors, r);
  const V = fromMl(svd.rightSingularVectors, r);
  for (let i = 0; i < r; i++)
    if (largestEntry(U, i) < 0) [U, V].forEach((vectors) => negateColumn(vectors, i));
  return { U, S: Float64Array.from(svd.diagonal.slice(0, r)), V };
}

/** How many directions really count: exp of the entropy of the squared singular values, as shares of their sum. */
export function effectiveRank(S: Float64Array): number {
  const total = S.reduce((sum, s) => sum + s * s, 0);
  if (total === 0) return 0;
  return Math.exp(
    -S.reduce((sum, s) => {
      const share = (s * s) / total;
      return share > 0 ? sum + share * Math.log(share) : sum;
    }, 0),
  );
}

const fromMl = (vectors: MlMatrix, columns: number): Matrix =>
  createMatrix(
    vectors.rows,
    columns,
    Float64Array.from({ length: vectors.rows * columns }, (_, i) =>
      vectors.get(Math.floor(i / columns), i % columns),
    ),
  );

function largestEntry({ rows, columns, data }: Matrix, j: number): number {
  let largest = 0;
  for (let i = 0; i < rows; i++) {
    const value = data[i * columns + j]!;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  return largest;
}

function negateColumn({ rows, columns, data }: Matrix, j: number): void {
  for (let i = 0; i < rows; i++) data[i * columns + j] = -data[i * columns + j]!;
}
