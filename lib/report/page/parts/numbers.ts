// Numbers in running text.
import { formatTick } from '../../../charts/numbers.ts';

/** 25,000. */
export const whole = (n: number): string => formatTick(Math.round(n));

/** Three significant digits, powers of ten where they are shorter: 0.991, 32.4, 4.14·10⁻⁷. */
export function short(x: number | null | undefined): string {
  if (x === null || x === undefined || Number.isNaN(x)) return '–';
  return formatTick(Number(x.toPrecision(3)));
}

/** 99.8 %. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
