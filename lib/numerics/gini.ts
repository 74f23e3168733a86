// Sparsity of a spectrum. Nanda et al. 2023 cite Hurley & Rickard 2009. Published numbers are of different vectors.

/**
 * G = sum over i of (2i - n - 1) x_i / (n sum x), x ascending, i from 1: 0 for equal values, 1 - 1/n for a single one.
 */
export function gini(values: Float64Array): number {
  const sorted = values.slice().sort();
  const n = sorted.length;
  const total = sorted.reduce((sum, x) => sum + x, 0);
  return total === 0 ? 0 : sorted.reduce((sum, x, i) => sum + (2 * i + 1 - n) * x, 0) / (n * total);
}
