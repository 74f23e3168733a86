// The cyclic group of a task: names for operands and answers under which the task is addition modulo n. Multiplication
// modulo a prime is one, as discrete logarithms add up; subtraction is one, as a - b = a + (-b).

/** Index of a pair's answer = index of a + index of b, modulo n, always. Numbers outside the group have the index -1. */
export interface CyclicGroup {
  /** How many elements it has. */
  readonly n: number;
  /** Of a group of discrete logarithms: their base, the smallest primitive root of p. */
  readonly g?: number;
  /** Number -> index of the first operand, of the second, of the answer. */
  readonly ofA: Int32Array;
  readonly ofB: Int32Array;
  readonly ofAnswer: Int32Array;
  /** Index -> number, of the first operand and of the answer alike. */
  readonly numbers: Int32Array;
  /** What the number at an index is called. */
  written(index: number): string;
  readonly words: GroupWords;
}

/** How formulas are written in the numbers of the task: w_k(sum − answer) is w_k(log a + log b − log c) of a product. */
export interface GroupWords {
  /** Index of a plus index of b. */
  readonly sum: string;
  /** Index of a minus index of b. */
  readonly difference: string;
  readonly answer: string;
  /** What stands along an axis of numbers: a, or a by log a, with its base. */
  readonly axis: (name: string) => string;
  /** What the words need to be understood: which logarithm. Empty where they need nothing. */
  readonly note: string;
}

/** Numbers modulo p as they are; with `b: -1` the second operand is the negated number. */
export function numbersModulo(p: number, b: 1 | -1): CyclicGroup {
  const ofA = Int32Array.from({ length: p }, (_, number) => number);
  const words = { ...signedWords('a', 'b', b), answer: 'c', axis: (name: string) => name, note: '' };
  return { ...cyclicGroup(p, { ofA, ofB: signed(ofA, b, p), ofAnswer: ofA }), words };
}

/** Discrete logarithms modulo the prime p, of all numbers but 0; with `b: -1` those of the second operand are negated. */
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
 * A group from its three maps, words apart. Throws where what is measured on the embedding would be wrong: W_E serves both operands,
 * so the second must have the order of the first, forwards or backwards, from wherever it starts.
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

/** How many multiplications by `number` lead back to 1; 0 where none do. */
function order(number: number, p: number): number {
  for (let power = number, count = 1; count < p; power = (power * number) % p, count++)
    if (power === 1) return count;
  return 0;
}
