// Numbers in running text.
import { formatShort, formatTick } from '../../../charts/numbers.ts';

/** 25,000. */
export const whole = (n: number): string => formatTick(Math.round(n));

/** Three significant digits, powers of ten where they are shorter; a dash where there is no number. */
export const short = (x: number | null | undefined): string =>
  x === null || x === undefined || Number.isNaN(x) ? '–' : formatShort(x);

/** 99.8 %. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
