// Numbers in running text.
import { formatShort, formatTick } from '../../../charts/numbers.ts';

/** 25,000. */
export const whole = (n: number): string => formatTick(Math.round(n));

/** Three significant digits, with a power of ten if that is shorter; a dash if there is no number. */
export const short = (x: number | null | undefined): string =>
  x === null || x === undefined || Number.isNaN(x) ? '–' : formatShort(x);

/** 99.8 %, with a space that no line breaks at. A share too small to matter reads `< 0.01 %`; one that is zero but for rounding must not read 3.5e-13 %. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value !== 0 && Math.abs(value) < 0.01) return value > 0 ? '< 0.01\u00a0%' : '0\u00a0%';
  return `${Number(value.toPrecision(3))}\u00a0%`;
}
