// How far are the logits L[a, b, c] a sum of cos w_k(a + b - c)? With u_k that cosine over its norm sqrt(p^3/2), the u_k
// are orthonormal and alpha_k = <L, u_k> (TransformerLens' demo, Nanda et al. 2023 section 4.2). The demo multiplies a cube
// of p//2 x p^3 numbers; here logits are summed over (a + b - c) mod p first: alpha_k = sqrt(2/p^3) sum over m of S_m cos w_k m.
import { createDft } from '../numerics/dft.ts';
import { createMatrix, type Matrix } from '../numerics/matrix.ts';

/** alpha_k, entry k - 1, k = 1 .. p//2, of the logits' sums over the lines of the answer s, [p (s), p (c)]. */
export function logitCosineCoefficients({ rows: p, data }: Matrix): Float64Array {
  const sums = new Float64Array(p);
  for (let s = 0; s < p; s++)
    for (let c = 0; c < p; c++) {
      const m = (s - c + p) % p;
      sums[m] = sums[m]! + data[s * p + c]!;
    }
  const { re } = createDft(p)(sums);
  return re.slice(1, (p >> 1) + 1).map((x) => x * Math.sqrt(2 / p ** 3));
}

/** Sum over the chosen k of alpha_k u_k, by the answer s: [p (s), p (c)]. */
export function cosineLogits(p: number, coefficients: Float64Array, key: readonly number[]): Matrix {
  const byDifference = Float64Array.from({ length: p }, (_, m) =>
    key.reduce((sum, k) => sum + coefficients[k - 1]! * Math.cos((2 * Math.PI * ((k * m) % p)) / p), 0),
  ).map((x) => x * Math.sqrt(2 / p ** 3));
  return createMatrix(
    p,
    p,
    Float64Array.from({ length: p * p }, (_, i) => byDifference[(Math.floor(i / p) - (i % p) + p) % p]!),
  );
}

/** Squared norm of the logits [p*p, p] as they are, and after the mean over c is taken from each row. */
export function logitEnergy({ rows, columns: p, data }: Matrix): { uncentred: number; centred: number } {
  let [uncentred, means] = [0, 0];
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let c = 0; c < p; c++) {
      const x = data[i * p + c]!;
      sum += x;
      uncentred += x * x;
    }
    means += (sum * sum) / p;
  }
  return { uncentred, centred: uncentred - means };
}
