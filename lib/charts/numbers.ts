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
  return inFull.format(value).replace('-', '−');
}

/** Made once: a formatter takes longer to make than a chart to draw, and charts write hundreds of numbers. */
const inFull = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 9 });

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

/** Fewer say nothing of a scale: 0 alone, or a single number beside it. */
const FEWEST_TICKS = 3;

/** About `count` round numbers inside [low, high], three at least; with `whole`, only whole ones, for axes that count things. */
export function linearTicks(
  [low, high]: readonly [number, number],
  count: number,
  whole = false,
): { at: number; name: string }[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const places = (step: number): number[] => {
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  };
  const steps = [10, 5, 2, 1, 0.5, 0.2, 0.1].map((m) => m * power).filter((step) => !whole || step >= 1);
  const largest = steps.findLastIndex((step) => step >= rough * 0.999);
  const allowed = largest < 0 ? [1] : steps.slice(largest);
  const step = allowed.find((each) => places(each).length >= FEWEST_TICKS) ?? allowed.at(-1)!;
  return places(step).map((at) => ({ at, name: formatTick(at) }));
}

/** Three significant digits, as a cell or a sentence shows them: 0.991, 32.4, 4.14·10⁻⁷. */
export const formatShort = (value: number): string => formatTick(Number(value.toPrecision(3)));

/** The last value of an axis, or a round number just beyond it: an axis over 24,999 epochs ends at 25,000. */
export function roundEnd(first: number, last: number): number {
  const round = Number(last.toPrecision(2));
  return round > last && round - last < 0.005 * (last - first) ? round : last;
}
