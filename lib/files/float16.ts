// Converts between IEEE 754 half precision and float32, rounding to nearest, ties to even. Imports nothing.

const word = new Uint32Array(1);
const real = new Float32Array(word.buffer);

/** Values beyond 65504 become infinite; NaN stays NaN. */
export function toFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    real[0] = values[i]!;
    const bits = word[0]!;
    const sign = (bits >>> 16) & 0x8000;
    const magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) halves[i] = sign | 0x7e00;
    else if (magnitude >= 0x47800000) halves[i] = sign | 0x7c00;
    else if (magnitude >= 0x38800000) {
      // Normal: rebias the exponent from 127 to 15; a carry out of the mantissa raises the exponent, up to infinity.
      halves[i] = sign | roundShift(magnitude - 0x38000000, 13);
    } else if (magnitude >= 0x33000000) {
      // Subnormal: the implicit leading bit becomes explicit and moves right.
      halves[i] = sign | roundShift((magnitude & 0x7fffff) | 0x800000, 126 - (magnitude >>> 23));
    } else halves[i] = sign;
  }
  return halves;
}

/** x / 2^shift, rounded to nearest, ties to even. */
function roundShift(x: number, shift: number): number {
  const half = 2 ** (shift - 1);
  return (x + half - 1 + ((x >>> shift) & 1)) >>> shift;
}

/** Exact: every half is a float32. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i]!;
    const exponent = (half >>> 10) & 31;
    const fraction = (half & 1023) / 1024;
    const size =
      exponent === 31
        ? fraction === 0
          ? Infinity
          : NaN
        : exponent === 0
          ? fraction * 2 ** -14
          : (1 + fraction) * 2 ** (exponent - 15);
    values[i] = half & 0x8000 ? -size : size;
  }
  return values;
}
