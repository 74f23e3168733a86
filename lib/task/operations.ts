// The operations that a model can learn. Each is one record, which holds everything that is said about it.
import { isPrime, logarithmsModulo, numbersModulo, type CyclicGroup } from './cyclic-group.ts';

interface OperationRecord {
  /** The answer for numbers from 0 to p - 1. */
  readonly label: (a: number, b: number, p: number) => number;
  /** The smallest second operand: division has no pairs with b = 0. */
  readonly b_from: 0 | 1;
  /** Whether a and b may be swapped. */
  readonly symmetric: boolean;
  /** The operation written out, with names or with numbers. */
  readonly formula: (a: string | number, b: string | number) => string;
  /** The sign between the operands; null if the operation has none. */
  readonly sign: string | null;
  /** As a noun: addition. */
  readonly noun: string;
  /** What is learnt: to add. */
  readonly learnt: string;
  /** What its answer is called: a sum. */
  readonly result: string;
  /** What p must be instead, if this p allows no such task; null if it does. */
  readonly refuses: (p: number) => string | null;
  /** The group in which the operation is addition, or the reason why there is none. */
  readonly group: (p: number) => CyclicGroup | Ungrouped;
}

/** Why there is no group; measures that need one are then null. */
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
      isPrime(p) ? null : 'a prime number for divide, because modulo others some numbers have no inverse',
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
