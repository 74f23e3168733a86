// Which waves "Ask it" draws: a network that has not grokked may have dozens of key frequencies. Uses nothing of the browser,
// because tests read it.

/** Indices of the waves with the largest amplitudes, at most `most` of them, in the order of `waves`. */
export function largestWaves(waves: readonly Float64Array[], most: number): number[] {
  const reach = waves.map((wave) => wave.reduce((max, x) => Math.max(max, Math.abs(x)), 0));
  const falling = Array.from(waves.keys()).sort((i, j) => reach[j]! - reach[i]!);
  return falling.slice(0, most).sort((i, j) => i - j);
}
