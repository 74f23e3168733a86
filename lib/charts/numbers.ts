// Numbers as axes and legends show them. Imports nothing.

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power of ten as people write it: 10⁻⁷, but 0.1, 1, 10 and 100 plain. */
export function formatPower(exponent: number): string {
  if (exponent >= -1 && exponent <= 2) return String(10 ** exponent);
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]!);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** A round number as a tick shows it: thousands with commas, a true minus sign, powers of ten for the very small. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    const [digits, exponent] = value.toExponential(3).split('e');
    return `${formatTick(Number(digits))}·${formatPower(Number(exponent))}`;
  }
  return value.toLocaleString('en-US', { maximumSignificantDigits: 9 }).replace('-', '−');
}

/** Where a log axis over [low, high] has its labels, and what they say: powers of ten, or 1, 2, 5 on short axes. */
export function logTicks(low: number, high: number): { at: number; name: string }[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) {
    const steps = [first - 1, first, first + 1].flatMap((e) => [1, 2, 5].map((m) => m * 10 ** e));
    const inside = steps.filter((at) => at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9));
    return inside.map((at) => ({ at, name: formatTick(at) }));
  }
  const stride = Math.ceil((last - first + 1) / 12);
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return exponents.filter((e) => e % stride === 0).map((e) => ({ at: 10 ** e, name: formatPower(e) }));
}

/** About `count` round numbers inside [low, high]; with `whole`, only whole ones, for axes that count things. */
export function linearTicks(
  [low, high]: readonly [number, number],
  count: number,
  whole = false,
): { at: number; name: string }[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const round = power * ([1, 2, 5].find((m) => m * power >= rough * 0.999) ?? 10);
  const step = whole ? Math.max(1, round) : round;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = (first + i) * step;
    return { at, name: formatTick(at) };
  });
}
