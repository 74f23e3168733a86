// The cyclic group of a task: indices of operands and answers with which the task is addition modulo n. For multiplication
// modulo a prime they are discrete logarithms, which add up; for subtraction, b has the index -b.

/** Index of a pair's answer = index of a + index of b, modulo n. Numbers outside the group have the index -1. */
export interface CyclicGroup {
  /** How many elements it has. */
  readonly n: number;
  /** Base of the discrete logarithms, the smallest primitive root of p; absent if the indices are no logarithms. */
  readonly g?: number;
  /** Number -> index of the first operand, of the second, of the answer. */
  readonly ofA: Int32Array;
  readonly ofB: Int32Array;
  readonly ofAnswer: Int32Array;
  /** Index -> number, of the first operand and of the answer alike. */
  readonly numbers: Int32Array;
  /** The number at an index, as text. */
  written(index: number): string;
  readonly words: GroupWords;
}

/** How formulas are written in the numbers of the task: w_k(sum − answer) is w_k(log a + log b − log c) for a product. */
export interface GroupWords {
  /** Index of a plus index of b. */
  readonly sum: string;
  /** Index of a minus index of b. */
  readonly difference: string;
  readonly answer: string;
  /** The label of an axis of numbers: a, or a in the order of log a, with the base. */
  readonly axis: (name: string) => string;
  /** A sentence that explains the words: which logarithm is meant. Empty if they need no explanation. */
  readonly note: string;
}

/** Numbers modulo p are their own indices; with `b: -1`, those of the second operand are negated. */
export function numbersModulo(p: number, b: 1 | -1): CyclicGroup {
  const ofA = Int32Array.from({ length: p }, (_, number) => number);
  const words = { ...signedWords('a', 'b', b), answer: 'c', axis: (name: string) => name, note: '' };
  return { ...cyclicGroup(p, { ofA, ofB: signed(ofA, b, p), ofAnswer: ofA }), words };
}

/** Discrete logarithms modulo the prime p of all numbers but 0; with `b: -1`, those of the second operand are negated. */
export function logarithmsModulo(p: number, b: 1 | -1): CyclicGroup {
  const g = smallestPrimitiveRoot(p);
  const ofA = new Int32Array(p).fill(-1);
  for (let index = 0, power = 1; index < p - 1; index++, power = (power * g) % p) ofA[power] = index;
  const words = {
    ...signedWords('log a', 'log b', b),
    answer: 'log c',
    axis: (name: string) => `${name}, in the order of log ${name}, base ${g}`,
    note: `log is the discrete logarithm modulo ${p} to the base ${g}.`,
  };
  return { ...cyclicGroup(p - 1, { ofA, ofB: signed(ofA, b, p - 1), ofAnswer: ofA }), g, words };
}

const signedWords = (a: string, b: string, sign: 1 | -1): Pick<GroupWords, 'sum' | 'difference'> => {
  const [plus, minus] = [`${a} + ${b}`, `${a} − ${b}`];
  return sign === 1 ? { sum: plus, difference: minus } : { sum: minus, difference: plus };
};

/**
 * A group from its three maps, without its words. Throws if measures of the embedding would be wrong: W_E serves both
 * operands, so the indices of the second must be those of the first, or their negatives, plus a constant.
 */
export function cyclicGroup(
  n: number,
  maps: Pick<CyclicGroup, 'ofA' | 'ofB' | 'ofAnswer'>,
): Omit<CyclicGroup, 'words'> {
  const { ofA, ofB, ofAnswer } = maps;
  const inside = [...ofA.keys()].filter((number) => ofA[number]! >= 0);
  const isShifted = (sign: 1 | -1): boolean =>
    new Set(inside.map((number) => modulo(ofB[number]! - sign * ofA[number]!, n))).size === 1;
  const sameOutside = ofA.every((index, number) => index >= 0 === ofB[number]! >= 0);
  if (!sameOutside || !(isShifted(1) || isShifted(-1)))
    throw new Error('cyclic group: the second operand is not in the order of the first');
  if (ofAnswer.some((index, number) => index !== ofA[number]))
    throw new Error('cyclic group: answers are not in the order of the first operand');
  const numbers = new Int32Array(n);
  for (const number of inside) numbers[ofA[number]!] = number;
  return { n, ...maps, numbers, written: (index) => String(numbers[index]!) };
}

const signed = (indices: Int32Array, sign: 1 | -1, n: number): Int32Array =>
  indices.map((index) => (index < 0 ? -1 : modulo(sign * index, n)));

const modulo = (i: number, n: number): number => ((i % n) + n) % n;

export function isPrime(p: number): boolean {
  for (let divisor = 2; divisor * divisor <= p; divisor++) if (p % divisor === 0) return false;
  return p >= 2;
}

/** The smallest number whose powers are all numbers from 1 to p - 1. */
export function smallestPrimitiveRoot(p: number): number {
  for (let g = 2; g < p; g++) if (order(g, p) === p - 1) return g;
  throw new Error(`${p} has no primitive root above 1`);
}

/** The smallest exponent at which the power of `number` is 1 modulo p; 0 if there is none. */
function order(number: number, p: number): number {
  for (let power = number, count = 1; count < p; power = (power * number) % p, count++)
    if (power === 1) return count;
  return 0;
}
