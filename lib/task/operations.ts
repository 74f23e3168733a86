// The operations that a model can be asked to learn: a record each, which owns all that is said of it.
import { isPrime, logarithmsModulo, numbersModulo, type CyclicGroup } from './cyclic-group.ts';

interface OperationRecord {
  /** The answer, of numbers from 0 to p - 1. */
  readonly label: (a: number, b: number, p: number) => number;
  /** The least second operand: division has no pairs with b = 0. */
  readonly b_from: 0 | 1;
  /** Whether a and b may change places. */
  readonly symmetric: boolean;
  /** Written out, of names or of numbers. */
  readonly formula: (a: string | number, b: string | number) => string;
  /** Between the operands; null where no sign stands for the operation. */
  readonly sign: string | null;
  /** As a noun: addition. */
  readonly noun: string;
  /** What is learnt: to add. */
  readonly learnt: string;
  /** What one asks for: a sum. */
  readonly result: string;
  /** For which p there is no such task, as a param must be: null where there is one. */
  readonly refuses: (p: number) => string | null;
  /** The group in which the operation is addition, or the reason why there is none. */
  readonly group: (p: number) => CyclicGroup | Ungrouped;
}

/** Measures that ask for a group are null, and this says why. */
export interface Ungrouped {
  readonly n: null;
  readonly why: string;
}

const everywhere = (): null => null;

const polynomial = (formula: OperationRecord['formula']) => ({
  b_from: 0 as const,
  formula,
  sign: null,
  noun: formula('a', 'b'),
  learnt: `to compute ${formula('a', 'b')}`,
  result: `a value of ${formula('a', 'b')}`,
  refuses: everywhere,
  group: (): Ungrouped => ({ n: null, why: `${formula('a', 'b')} is no sum of angles of a and of b` }),
});

const RECORDS = {
  add: {
    label: (a, b, p) => (a + b) % p,
    b_from: 0,
    symmetric: true,
    formula: (a, b) => `${a} + ${b}`,
    sign: '+',
    noun: 'addition',
    learnt: 'to add',
    result: 'a sum',
    refuses: everywhere,
    group: (p) => numbersModulo(p, 1),
  },
  subtract: {
    label: (a, b, p) => (a - b + p) % p,
    b_from: 0,
    symmetric: false,
    formula: (a, b) => `${a} − ${b}`,
    sign: '−',
    noun: 'subtraction',
    learnt: 'to subtract',
    result: 'a difference',
    refuses: everywhere,
    group: (p) => numbersModulo(p, -1),
  },
  multiply: {
    label: (a, b, p) => (a * b) % p,
    b_from: 0,
    symmetric: true,
    formula: (a, b) => `${a} · ${b}`,
    sign: '·',
    noun: 'multiplication',
    learnt: 'to multiply',
    result: 'a product',
    refuses: everywhere,
    group: (p) =>
      isPrime(p)
        ? logarithmsModulo(p, 1)
        : { n: null, why: `${p} is not prime, and multiplication modulo it is no cyclic group` },
  },
  divide: {
    label: (a, b, p) => (a * inverse(b, p)) % p,
    b_from: 1,
    symmetric: false,
    formula: (a, b) => `${a} / ${b}`,
    sign: '/',
    noun: 'division',
    learnt: 'to divide',
    result: 'a quotient',
    refuses: (p) =>
      isPrime(p) ? null : 'a prime number for divide, as others have numbers without an inverse',
    group: (p) => logarithmsModulo(p, -1),
  },
  quadratic: {
    // The symmetric polynomial of Power et al. 2022.
    ...polynomial((a, b) => `${a}² + ${a}·${b} + ${b}²`),
    label: (a, b, p) => (a * a + a * b + b * b) % p,
    symmetric: true,
  },
  cubic: {
    // Power et al. 2022: none of their networks generalised.
    ...polynomial((a, b) => `${a}³ + ${a}·${b}² + ${b}`),
    label: (a, b, p) => (a ** 3 + a * b * b + b) % p,
    symmetric: false,
  },
} satisfies Readonly<Record<string, OperationRecord>>;

export type Operation = keyof typeof RECORDS;

export const OPERATIONS: Readonly<Record<Operation, OperationRecord>> = RECORDS;

export const OPERATION_NAMES = Object.keys(OPERATIONS) as [Operation, ...Operation[]];

/** The number whose product with b is 1 modulo the prime p, b^(p - 2). */
function inverse(b: number, p: number): number {
  let result = 1;
  for (let power = b, exponent = p - 2; exponent > 0; exponent >>= 1, power = (power * power) % p)
    if (exponent & 1) result = (result * power) % p;
  return result;
}
