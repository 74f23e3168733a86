// sin, cos and log in float64, within one unit in the last place, from additions, multiplications and divisions alone.
// The functions of Math may differ between JavaScript engines and between their versions, and in a run every bit
// counts, from the initial weights on. Reductions as in fdlibm, then Taylor series.

// pi / 2 in three parts; multiples of the first two by small whole numbers are exact.
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_MIDDLE = 6.077100506303966e-11;
const HALF_PI_LOW = 2.0222662487959506e-21;
const QUARTERS_PER_RADIAN = 2 / Math.PI;
const LARGEST_ANGLE = 2 ** 20;

// ln 2 in two parts; multiples of the first by exponents are exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** 1 / n! with the signs of sine and cosine, for n = first, first + 2, ...; highest power first, for Horner's scheme. */
function alternating(first: number, last: number): number[] {
  const terms: number[] = [];
  for (let n = first; n <= last; n += 2) {
    let factorial = 1;
    for (let i = 2; i <= n; i++) factorial *= i;
    terms.unshift((n % 4 < 2 ? 1 : -1) / factorial);
  }
  return terms;
}
const SINE = alternating(3, 19);
const COSINE = alternating(4, 20);
/** 2 / n: log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + 2/5 s^5 + ... */
const LOGARITHM = Array.from({ length: 12 }, (_, i) => 2 / (25 - 2 * i));

function polynomial(terms: readonly number[], x: number): number {
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum = sum * x + terms[i]!;
  return sum;
}

/** Sine of x + quarters * pi / 2. */
function turnedSine(x: number, quarters: number): number {
  if (!(Math.abs(x) < LARGEST_ANGLE)) throw new Error(`sin or cos of ${x} (expected less than 2^20)`);
  const n = Math.round(x * QUARTERS_PER_RADIAN);
  // x minus n quarters of a circle, in [-pi/4, pi/4], is y + rest.
  const high = x - n * HALF_PI_HIGH;
  const y = high - n * HALF_PI_MIDDLE;
  const rest = high - y - n * HALF_PI_MIDDLE - n * HALF_PI_LOW;
  const z = y * y;
  const quarter = (n + quarters) & 3;
  const value = quarter % 2 === 0 ? sineNearZero(y, z, rest) : cosineNearZero(y, z, rest);
  return quarter < 2 ? value : -value;
}

const sineNearZero = (y: number, z: number, rest: number): number =>
  y + (y * z * polynomial(SINE, z) + rest * (1 - z / 2));

function cosineNearZero(y: number, z: number, rest: number): number {
  const near = 1 - z / 2;
  return near + (1 - near - z / 2 + (z * z * polynomial(COSINE, z) - y * rest));
}

/** Sine and cosine of angles below 2^20 in absolute value. */
export const sin = (x: number): number => turnedSine(x, 0);
export const cos = (x: number): number => turnedSine(x, 1);

/** Natural logarithm of a positive finite number. */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new Error(`log of ${x} (expected a positive number)`);
  let exponent = 0;
  let mantissa = x;
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2;
  // log(1 + f) = f - f^2/2 + s (f^2/2 + series), with s = f / (2 + f): f alone is exact.
  const f = mantissa - 1;
  const s = f / (2 + f);
  const z = s * s;
  const half = 0.5 * f * f;
  const series = z * polynomial(LOGARITHM, z);
  return exponent * LN2_HIGH - (half - (s * (half + series) + exponent * LN2_LOW) - f);
}
