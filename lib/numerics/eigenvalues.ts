// Eigenvalues, without vectors, of a symmetric matrix: Householder's reduction to tridiagonal form, then QL steps with
// implicit shifts (Golub & Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). The singular values of hundreds of
// checkpoints are taken as square roots of a Gram matrix's eigenvalues, which costs a fifth of a whole decomposition.
// Their relative error is within 1e-15 (s_1 / s_i)^2: a value of a thousandth of the largest has nine digits.
import { createMatrix, type Matrix } from './matrix.ts';

/** Singular values, descending, of any M with M M^T = `gram` (or M^T M): the `count` largest. */
export const singularValuesOfGram = (gram: Matrix, count: number): Float64Array =>
  symmetricEigenvalues(gram)
    .reverse()
    .slice(0, count)
    .map((x) => Math.sqrt(Math.max(0, x)));

/** Eigenvalues of a symmetric matrix, ascending. All are NaN if an entry is not finite. */
export function symmetricEigenvalues(A: Matrix): Float64Array {
  if (!A.data.every(Number.isFinite)) return new Float64Array(A.rows).fill(NaN);
  const { diagonal, beside } = tridiagonalise(A);
  iterate(diagonal, beside);
  return diagonal.sort();
}

/** The tridiagonal matrix Q^T A Q: its diagonal, and in beside[i] its entry (i, i + 1). */
function tridiagonalise({ rows: n, data }: Matrix): { diagonal: Float64Array; beside: Float64Array } {
  const A = createMatrix(n, n, data.slice()).data;
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)];
  const [v, u] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n; k++) {
    diagonal[k] = A[k * n + k]!;
    if (k === n - 1) break;
    let square = 0;
    for (let j = k + 1; j < n; j++) square += A[k * n + j]! ** 2;
    const head = A[k * n + k + 1]!;
    const norm = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    beside[k] = norm;
    // v = x - norm e_1 reflects x = A[k, k+1..] on norm e_1; A becomes A - v u^T - u v^T in what is left of it.
    const scale = square - norm * head;
    if (scale === 0) continue;
    for (let j = k + 1; j < n; j++) v[j] = A[k * n + j]!;
    v[k + 1] = head - norm;
    let projection = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += A[i * n + j]! * v[j]!;
      u[i] = sum / scale;
      projection += u[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) u[i] = u[i]! - (projection / (2 * scale)) * v[i]!;
    for (let i = k + 1; i < n; i++)
      for (let j = k + 1; j < n; j++) A[i * n + j] = A[i * n + j]! - v[i]! * u[j]! - u[i]! * v[j]!;
  }
  return { diagonal, beside };
}

/** QL with Wilkinson's shift until `beside` is zero; the eigenvalues are left in `d`. */
function iterate(d: Float64Array, beside: Float64Array): void {
  const n = d.length;
  for (let first = 0; first < n; first++)
    for (;;) {
      let last = first;
      while (last < n - 1 && !isNegligible(beside[last]!, d[last]!, d[last + 1]!)) last++;
      if (last === first) break;
      const half = (d[first + 1]! - d[first]!) / (2 * beside[first]!);
      const root = Math.hypot(half, 1);
      let g = d[last]! - d[first]! + beside[first]! / (half + (half < 0 ? -root : root));
      let [s, c, shift] = [1, 1, 0];
      for (let i = last - 1; i >= first; i--) {
        const [f, b] = [s * beside[i]!, c * beside[i]!];
        const length = Math.hypot(f, g);
        beside[i + 1] = length;
        [s, c] = length === 0 ? [0, 1] : [f / length, g / length];
        g = d[i + 1]! - shift;
        const r = (d[i]! - g) * s + 2 * c * b;
        shift = s * r;
        d[i + 1] = g + shift;
        g = c * r - b;
      }
      d[first] = d[first]! - shift;
      beside[first] = g;
      beside[last] = 0;
    }
}

const isNegligible = (e: number, x: number, y: number): boolean => {
  const size = Math.abs(x) + Math.abs(y);
  return size + Math.abs(e) === size;
};
