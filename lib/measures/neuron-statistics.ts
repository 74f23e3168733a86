// What the trigonometric measures need to know of the neurons before and after the ReLU. The pre-activations are read only
// once, as they are most of a checkpoint's numbers: 6.5 million at p = 113.
import { createMatrix } from '../numerics/matrix.ts';
import { sideOf, type Grid, type LineStatistics } from './line-sums.ts';

/** Squared deviations below this share of the sum of squares are rounding errors: such a neuron never varies. */
const ROUNDING = 1e-12;

interface Sums {
  /** By line of a + b, [n, d_mlp]. */
  readonly plain: Float64Array;
  readonly positive: Float64Array;
  /** Sums of squares over all pairs, [d_mlp]. */
  readonly squares: Float64Array;
  readonly positiveSquares: Float64Array;
}

/** Line statistics of the columns of `pre` [n*n, d_mlp] and of max(0, pre). */
export function neuronStatistics(pre: Grid): { pre: LineStatistics; post: LineStatistics } {
  const n = sideOf(pre);
  const { columns } = pre;
  const sums: Sums = {
    plain: new Float64Array(n * columns),
    positive: new Float64Array(n * columns),
    squares: new Float64Array(columns),
    positiveSquares: new Float64Array(columns),
  };
  const rows = rowsByLine(n);
  for (let l = 0; l < n; l++)
    for (let i = 0; i < n; i += 3)
      addRows(sums, pre, rows.subarray(l * n + i, l * n + Math.min(i + 3, n)), l);
  const { plain, positive, squares, positiveSquares } = sums;
  return {
    pre: { sums: createMatrix(n, columns, plain), energy: centredEnergy(plain, squares, n) },
    post: { sums: createMatrix(n, columns, positive), energy: centredEnergy(positive, positiveSquares, n) },
  };
}

/** The rows of the grid ordered by a + b: entries l*n .. (l+1)*n - 1 are the pairs with a + b = l. */
const rowsByLine = (n: number): Int32Array =>
  Int32Array.from({ length: n * n }, (_, i) => {
    const [l, a] = [Math.floor(i / n), i % n];
    return a * n + ((l - a + n) % n);
  });

/** Adds up to three rows of line l at once, so that sums are read and written a third as often. Missing rows count as zeros. */
function addRows(
  { plain, positive, squares, positiveSquares }: Sums,
  { columns: n, data }: Grid,
  rows: Int32Array,
  l: number,
): void {
  const [from0, from1, from2] = [rows[0]! * n, (rows[1] ?? 0) * n, (rows[2] ?? 0) * n];
  const [has1, has2] = [Number(rows.length > 1), Number(rows.length > 2)];
  const at = l * n;
  for (let j = 0; j < n; j++) {
    const [x, y, z] = [data[from0 + j]!, has1 * data[from1 + j]!, has2 * data[from2 + j]!];
    // 2 max(0, x), without a branch that half of all neurons would mispredict.
    const [u, v, w] = [x + Math.abs(x), y + Math.abs(y), z + Math.abs(z)];
    plain[at + j] = plain[at + j]! + (x + y + z);
    positive[at + j] = positive[at + j]! + (u + v + w) / 2;
    squares[j] = squares[j]! + (x * x + y * y + z * z);
    positiveSquares[j] = positiveSquares[j]! + (u * u + v * v + w * w) / 4;
  }
}

/** Squared deviations from the mean, computed from sums by line and sums of squares. In float64 about ten digits survive. */
export function centredEnergy(lineSums: Float64Array, squares: Float64Array, n: number): Float64Array {
  const columns = squares.length;
  const totals = new Float64Array(columns);
  lineSums.forEach((x, i) => (totals[i % columns] = totals[i % columns]! + x));
  return squares.map((square, j) => {
    const energy = square - totals[j]! ** 2 / n ** 2;
    return energy <= ROUNDING * square ? 0 : energy;
  });
}
