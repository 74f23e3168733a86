// Which formulas hold for which operation. The trigonometric algorithm adds angles: its measures ask for functions of a +
// b. For subtraction they hold with a - b. A product or a polynomial is no rotation in these frequencies, so there is
// nothing that these formulas would measure of it.
import type { Operation } from '../task/operations.ts';
import type { Line } from './line-sums.ts';

/** The line of the grid along which the answer stays the same, or null where answers follow no such line. */
export function answerLine(operation: Operation): Line | null {
  if (operation === 'add') return 'a + b';
  return operation === 'subtract' ? 'a - b' : null;
}

/** Why the measures of an operation without an answer line are null. */
export const whyNotMeasured = (operation: Operation): string =>
  `the formulas hold for addition, and with a - b for subtraction; this network learnt ${operation}`;
