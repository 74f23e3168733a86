// exp of many numbers that are not positive, with a relative error within 1e-11, which is enough for losses. At p = 113 a
// checkpoint needs 1.4 million of them, and Math.exp would take half of its time. With x = (k + r) ln 2 / 256, k a whole
// number and -1 < r <= 0, exp(x) = 2^floor(k / 256) 2^((k mod 256) / 256) exp(r ln 2 / 256); four terms of a series give
// the last factor.
const STEPS = 256;
const SCALE = STEPS / Math.LN2;
/** Below this, exp(x) is zero in float64. */
const LOWEST = -745;
const FRACTIONS = Float64Array.from({ length: STEPS }, (_, i) => 2 ** (i / STEPS));
const POWERS = Float64Array.from({ length: 1100 }, (_, i) => 2 ** -i);

/** exps[i] = exp(values[i] - top). `top`: the largest of the values. NaN stays NaN. */
export function shiftedExponentials(
  values: Float32Array | Float64Array,
  top: number,
  exps: Float64Array,
): void {
  for (let i = 0; i < exps.length; i++) {
    const x = values[i]! - top;
    if (!(x > LOWEST)) {
      exps[i] = Number.isNaN(x) ? NaN : 0;
      continue;
    }
    const scaled = x * SCALE;
    const k = scaled | 0;
    const r = (scaled - k) / SCALE;
    exps[i] = POWERS[-(k >> 8)]! * FRACTIONS[k & 255]! * (1 + r * (1 + r * (1 / 2 + r * (1 / 6))));
  }
}
