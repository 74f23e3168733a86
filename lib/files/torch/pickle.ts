// Reads a pickle as plain data. Nothing in it is executed: a class or a function becomes a Global, which is only its
// name, and a call becomes a Reduced, which holds the function and its arguments. No name is ever looked up. Opcodes of
// protocols 0 to 5: https://github.com/python/cpython/blob/main/Lib/pickletools.py. There is no recursion.
import { Malformed } from '../failure.ts';
import { broken, Machine, Reduced, Global, PersistentId, type Pickled } from './machine.ts';

/** The most digits or bytes of a whole number. */
const MAX_DIGITS = 400;

/** Reads the pickle at `start`; `end` is the byte after it. Throws Malformed if there is no pickle. */
export function readPickle(bytes: Buffer, start = 0): { value: Pickled; end: number } {
  const machine = new Machine(bytes, start);
  for (;;) {
    const code = machine.byte();
    if (code === STOP) return { value: machine.pop(), end: machine.position };
    const step = OPCODES[code];
    if (!step) throw new Malformed(`has a pickle with the unknown opcode ${code}`);
    step(machine);
  }
}

const STOP = '.'.charCodeAt(0);

/** A two's complement number. */
function integerOf(bytes: Buffer): number | bigint {
  if (bytes.length > MAX_DIGITS) throw new Malformed(`has a pickle with a number of ${bytes.length} bytes`);
  if (bytes.length === 0) return 0;
  const value = BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function decimalOf(text: string): number | bigint {
  if (!/^[+-]?\d+L?$/.test(text) || text.length > MAX_DIGITS) throw broken();
  const value = BigInt(text.replace(/^\+|L$/g, ''));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function floatOf(text: string): number {
  const value =
    text === 'nan' ? NaN : /^[+-]?inf$/.test(text) ? (text[0] === '-' ? -Infinity : Infinity) : Number(text);
  if (text === '' || (Number.isNaN(value) && text !== 'nan')) throw broken();
  return value;
}

/** The text of a string that Python's repr wrote. Only the escapes of quotes and backslashes are undone. */
const unquoted = (text: string): string => text.replace(/^(['"])(.*)\1$/s, '$2').replace(/\\([\\'"])/g, '$1');

type Step = (machine: Machine) => void;

const fixed =
  (length: number, read: (bytes: Buffer) => Pickled): Step =>
  (m) =>
    m.push(read(m.take(length)));
const counted =
  (size: 1 | 4 | 8, read: (bytes: Buffer) => Pickled): Step =>
  (m) => {
    const bytes = m.take(m.uint(size));
    m.push(read(bytes), bytes.length);
  };
const tuple =
  (length: number): Step =>
  (m) => {
    const items = Array.from({ length }, () => m.pop()).reverse();
    m.push(items, 16 + 8 * length);
  };
const utf8 = (bytes: Buffer): string => bytes.toString('utf8');
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
const raw = (bytes: Buffer): Uint8Array => bytes;
const refuse =
  (what: string): Step =>
  () => {
    throw new Malformed(`has a pickle with ${what}`);
  };

const BY_LETTER: Readonly<Record<string, Step>> = {
  '(': (m) => m.marks.push(m.stack.length),
  '0': (m) => (m.stack.length > (m.marks.at(-1) ?? 0) ? m.pop() : m.popMark()),
  '1': (m) => m.popMark(),
  '2': (m) => m.push(m.top()),
  F: (m) => m.push(floatOf(m.line())),
  I: (m) => {
    const text = m.line();
    m.push(text === '01' ? true : text === '00' ? false : decimalOf(text));
  },
  J: fixed(4, (bytes) => bytes.readInt32LE()),
  K: fixed(1, (bytes) => bytes[0]!),
  L: (m) => m.push(decimalOf(m.line())),
  M: fixed(2, (bytes) => bytes.readUInt16LE()),
  N: (m) => m.push(null),
  P: (m) => m.push(new PersistentId(m.line()), 64),
  Q: (m) => m.push(new PersistentId(m.pop()), 32),
  R: (m) => {
    const args = m.pop();
    m.make(m.pop(), args);
  },
  S: (m) => m.push(unquoted(m.line()), 32),
  T: counted(4, latin1),
  U: counted(1, latin1),
  V: (m) => m.push(m.line('utf8'), 32),
  X: counted(4, utf8),
  B: counted(4, raw),
  C: counted(1, raw),
  G: fixed(8, (bytes) => bytes.readDoubleBE()),
  a: (m) => m.add([m.pop()]),
  b: (m) => {
    const state = m.pop();
    const to = m.top();
    if (to instanceof Reduced) to.state = state;
  },
  c: (m) => m.push(new Global(m.line('utf8'), m.line('utf8')), 64),
  d: (m) => {
    const items = m.popMark();
    m.push(new Map(), 200);
    m.set(items);
  },
  '}': (m) => m.push(new Map(), 200),
  e: (m) => m.add(m.popMark()),
  g: (m) => m.recall(Number(decimalOf(m.line()))),
  h: (m) => m.recall(m.uint(1)),
  j: (m) => m.recall(m.uint(4)),
  i: (m) => m.make(new Global(m.line('utf8'), m.line('utf8')), m.popMark()),
  l: (m) => m.push(m.popMark(), 32),
  ']': (m) => m.push([], 32),
  o: (m) => {
    const [of = null, ...args] = m.popMark();
    m.make(of, args);
  },
  p: (m) => m.remember(Number(decimalOf(m.line()))),
  q: (m) => m.remember(m.uint(1)),
  r: (m) => m.remember(m.uint(4)),
  s: (m) => {
    const value = m.pop();
    m.set([m.pop(), value]);
  },
  t: (m) => m.push(m.popMark(), 32),
  ')': (m) => m.push([], 32),
  u: (m) => m.set(m.popMark()),
};

const BY_NUMBER: Readonly<Record<number, Step>> = {
  0x80: (m) => {
    if (m.uint(1) > 5) throw broken();
  },
  0x81: BY_LETTER['R']!,
  0x82: refuse('a name from a registry'),
  0x83: refuse('a name from a registry'),
  0x84: refuse('a name from a registry'),
  0x85: tuple(1),
  0x86: tuple(2),
  0x87: tuple(3),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x8a: counted(1, integerOf),
  0x8b: counted(4, integerOf),
  0x8c: counted(1, utf8),
  0x8d: counted(8, utf8),
  0x8e: counted(8, raw),
  0x8f: (m) => m.push([], 32),
  0x90: (m) => m.add(m.popMark()),
  0x91: (m) => m.push(m.popMark(), 32),
  0x92: (m) => {
    m.pop();
    const args = m.pop();
    m.make(m.pop(), args);
  },
  0x93: (m) => {
    const name = m.string();
    m.push(new Global(m.string(), name), 64);
  },
  0x94: (m) => m.remember(m.memo.size),
  0x95: (m) => void m.take(8),
  0x96: counted(8, raw),
  0x97: refuse('a buffer outside the pickle'),
  0x98: refuse('a buffer outside the pickle'),
};

const OPCODES: Readonly<Record<number, Step>> = {
  ...BY_NUMBER,
  ...Object.fromEntries(Object.entries(BY_LETTER).map(([letter, run]) => [letter.charCodeAt(0), run])),
};
