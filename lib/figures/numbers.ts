// Numbers as axes and legends show them. Imports nothing.

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A power of ten as people write it: 10⁻⁷, but 0.1, 1, 10 and 100 plain. */
export function formatPower(exponent: number): string {
  if (exponent >= -1 && exponent <= 2) return String(10 ** exponent);
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]!);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** Up to three significant digits, with a true minus sign. */
export function formatShort(value: number): string {
  const text = String(Number(value.toPrecision(3)));
  return text.replace('-', '−');
}

/** Where a log axis over [low, high] has its labels, and what they say: powers of ten, or 1, 2, 5 on short axes. */
export function logTicks(low: number, high: number): { at: number; name: string }[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) {
    const steps = [first - 1, first, first + 1].flatMap((e) => [1, 2, 5].map((m) => m * 10 ** e));
    const inside = steps.filter((at) => at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9));
    return inside.map((at) => ({ at, name: formatShort(at) }));
  }
  const stride = Math.ceil((last - first + 1) / 12);
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return exponents.filter((e) => e % stride === 0).map((e) => ({ at: 10 ** e, name: formatPower(e) }));
}
