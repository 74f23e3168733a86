// What the trigonometric measures ask of the neurons, before and after the ReLU, in one reading of the pre-activations:
// neurons are most of a checkpoint's numbers, 6.5 million of them at p = 113.
import { rowsByLine, sideOf, type Grid, type Line, type LineStatistics } from './line-sums.ts';
import { createMatrix } from './matrix.ts';

/** Of squares below this share of their sum nothing is left but rounding: such a neuron never varies. */
const ROUNDING = 1e-12;

/** Line statistics of the columns of `pre` [p*p, d_mlp] and of max(0, pre). */
export function neuronStatistics(pre: Grid, line: Line): { pre: LineStatistics; post: LineStatistics } {
  const p = sideOf(pre);
  const { columns: n, data } = pre;
  const [sums, positive] = [createMatrix(p, n), createMatrix(p, n)];
  const [squares, positiveSquares] = [new Float64Array(n), new Float64Array(n)];
  rowsByLine(p, line).forEach((row, i) => {
    const [from, at] = [row * n, Math.floor(i / p) * n];
    const [sum, positiveSum] = [sums.data.subarray(at, at + n), positive.data.subarray(at, at + n)];
    for (let j = 0; j < n; j++) {
      const x = data[from + j]!;
      const twice = x + Math.abs(x); // 2 max(0, x), without a branch that half of all neurons would mispredict
      sum[j] = sum[j]! + x;
      squares[j] = squares[j]! + x * x;
      positiveSum[j] = positiveSum[j]! + twice / 2;
      positiveSquares[j] = positiveSquares[j]! + (twice * twice) / 4;
    }
  });
  return {
    pre: { sums, energy: centredEnergy(sums.data, squares, p) },
    post: { sums: positive, energy: centredEnergy(positive.data, positiveSquares, p) },
  };
}

/** Squared deviations from the mean, from sums by line and sums of squares: float64 leaves ten digits of them. */
export function centredEnergy(lineSums: Float64Array, squares: Float64Array, p: number): Float64Array {
  const n = squares.length;
  const totals = new Float64Array(n);
  lineSums.forEach((x, i) => (totals[i % n] = totals[i % n]! + x));
  return squares.map((square, j) => {
    const energy = square - totals[j]! ** 2 / p ** 2;
    return energy <= ROUNDING * square ? 0 : energy;
  });
}
