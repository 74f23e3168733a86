// Matrices in float64, row-major: what every analysis computes with, so that float32 rounding ends at the weights.

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** An array of float32 numbers, the last index the fastest. */
interface Float32Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A matrix over `data`, not copied; zeros by default. */
export function createMatrix(rows: number, columns: number, data?: Float64Array): Matrix {
  return { rows, columns, data: data ?? new Float64Array(rows * columns) };
}

/** The first `rows` rows of a two-dimensional tensor, or of one matrix of a three-dimensional one, in float64. */
export function toMatrix(
  tensor: Float32Tensor,
  { rows, index = 0 }: { rows?: number; index?: number } = {},
): Matrix {
  const [all, columns] = tensor.shape.slice(-2) as [number, number];
  const taken = rows ?? all;
  const start = index * all * columns;
  return createMatrix(taken, columns, new Float64Array(tensor.data.subarray(start, start + taken * columns)));
}

/** A B: [m, k] x [k, n] -> [m, n]. Four rows of B at a time, which halves the time: C is read and written less often. */
export function multiply(A: Matrix, B: Matrix): Matrix {
  if (A.columns !== B.rows)
    throw new Error(`[${A.rows}, ${A.columns}] x [${B.rows}, ${B.columns}]: inner sizes differ`);
  const [a, b, n] = [A.data, B.data, B.columns];
  const C = createMatrix(A.rows, n);
  for (let i = 0; i < A.rows; i++) {
    const row = C.data.subarray(i * n, (i + 1) * n);
    const from = i * A.columns;
    let k = 0;
    for (; k + 4 <= A.columns; k += 4) {
      const [a0, a1, a2, a3] = [a[from + k]!, a[from + k + 1]!, a[from + k + 2]!, a[from + k + 3]!];
      const [at0, at1, at2, at3] = [k * n, (k + 1) * n, (k + 2) * n, (k + 3) * n];
      for (let j = 0; j < n; j++)
        row[j] = row[j]! + a0 * b[at0 + j]! + a1 * b[at1 + j]! + a2 * b[at2 + j]! + a3 * b[at3 + j]!;
    }
    for (; k < A.columns; k++) {
      const x = a[from + k]!;
      for (let j = 0; j < n; j++) row[j] = row[j]! + x * b[k * n + j]!;
    }
  }
  return C;
}

/** A A^T, [rows, rows]. Half of it is computed, four entries at a time; the other half is its mirror image. */
export function gram({ rows: n, columns, data: a }: Matrix): Matrix {
  const G = createMatrix(n, n);
  for (let i = 0; i < n; i++) {
    const x = i * columns;
    for (let j = i; j < n; j += 4) {
      // Past the end the last row is taken again, so its entry is written more than once.
      const [j1, j2, j3] = [Math.min(j + 1, n - 1), Math.min(j + 2, n - 1), Math.min(j + 3, n - 1)];
      const [y0, y1, y2, y3] = [j * columns, j1 * columns, j2 * columns, j3 * columns];
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let k = 0; k < columns; k++) {
        const value = a[x + k]!;
        s0 += value * a[y0 + k]!;
        s1 += value * a[y1 + k]!;
        s2 += value * a[y2 + k]!;
        s3 += value * a[y3 + k]!;
      }
      G.data[i * n + j] = G.data[j * n + i] = s0;
      G.data[i * n + j1] = G.data[j1 * n + i] = s1;
      G.data[i * n + j2] = G.data[j2 * n + i] = s2;
      G.data[i * n + j3] = G.data[j3 * n + i] = s3;
    }
  }
  return G;
}

/** A with rows and columns exchanged. */
export function transpose(A: Matrix): Matrix {
  const T = createMatrix(A.columns, A.rows);
  for (let i = 0; i < A.rows; i++)
    for (let j = 0; j < A.columns; j++) T.data[j * A.rows + i] = A.data[i * A.columns + j]!;
  return T;
}

/** Column j, copied. */
export const columnOf = (A: Matrix, j: number): Float64Array =>
  Float64Array.from({ length: A.rows }, (_, i) => A.data[i * A.columns + j]!);

/** The first `n` columns. */
export function firstColumns(A: Matrix, n: number): Matrix {
  const data = Float64Array.from(
    { length: A.rows * n },
    (_, i) => A.data[Math.floor(i / n) * A.columns + (i % n)]!,
  );
  return createMatrix(A.rows, n, data);
}

/** L2 norm of each row. */
export function rowNorms(A: Matrix): Float64Array {
  return Float64Array.from({ length: A.rows }, (_, i) =>
    norm(A.data.subarray(i * A.columns, (i + 1) * A.columns)),
  );
}

/** Mean of each column. */
export function columnMeans(A: Matrix): Float64Array {
  const means = new Float64Array(A.columns);
  A.data.forEach((x, i) => (means[i % A.columns] = means[i % A.columns]! + x / A.rows));
  return means;
}

/** Root of the sum of squares. */
export const frobeniusNorm = (A: Matrix): number => norm(A.data);

const norm = (values: Float64Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
