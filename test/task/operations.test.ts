import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cyclicGroup, isPrime, smallestPrimitiveRoot } from '../../lib/task/cyclic-group.ts';
import { axisInFigure, numberAxis, onAxes } from '../../lib/task/number-axis.ts';
import { OPERATION_NAMES, OPERATIONS, type Operation } from '../../lib/task/operations.ts';

const MODULI = [3, 4, 5, 6, 7, 9, 12, 23, 58, 59];

test('every operation answers as a table by hand does', () => {
  const byHand = { add: 5, subtract: 6, multiply: 6, divide: 3, quadratic: 5, cubic: 1 }; // a = 2, b = 3, p = 7
  for (const operation of OPERATION_NAMES)
    assert.equal(OPERATIONS[operation].label(2, 3, 7), byHand[operation], operation);
});

test('division undoes multiplication', () => {
  for (const p of [3, 5, 23, 499])
    for (let b = 1; b < p; b += p > 100 ? 31 : 1)
      for (let a = 0; a < p; a += p > 100 ? 17 : 1)
        assert.equal(OPERATIONS.divide.label(OPERATIONS.multiply.label(a, b, p), b, p), a);
});

test('what a record says of its operation is true: symmetry, and which pairs have no answer', () => {
  for (const operation of OPERATION_NAMES) {
    const { label, symmetric, b_from } = OPERATIONS[operation];
    const p = 11;
    const pairs = Array.from({ length: p * p }, (_, row) => [Math.floor(row / p), row % p] as const);
    const inside = pairs.filter(([a, b]) => a >= b_from && b >= b_from);
    const turned = inside.every(([a, b]) => label(a, b, p) === label(b, a, p));
    assert.equal(turned, symmetric, operation);
  }
});

test('in the group of an operation every pair of indices answers with their sum, n odd or even', () => {
  const n_of: Partial<Record<Operation, (p: number) => number | null>> = {
    add: (p) => p,
    subtract: (p) => p,
    multiply: (p) => (isPrime(p) ? p - 1 : null),
    divide: (p) => p - 1,
    quadratic: () => null,
    cubic: () => null,
  };
  for (const operation of OPERATION_NAMES)
    for (const p of MODULI.filter((p) => OPERATIONS[operation].refuses(p) === null)) {
      const { label, b_from, group } = OPERATIONS[operation];
      const of = group(p);
      assert.equal(of.n, n_of[operation]!(p), `${operation}, ${p}`);
      if (of.n === null) continue;
      let inside = 0;
      for (let a = 0; a < p; a++)
        for (let b = b_from; b < p; b++) {
          const i: number = of.ofA[a]!;
          const j: number = of.ofB[b]!;
          if (i < 0 || j < 0) continue;
          inside++;
          assert.equal(of.ofAnswer[label(a, b, p)], (i + j) % of.n, `${operation}, ${p}: ${a}, ${b}`);
        }
      assert.equal(inside, of.n ** 2);
      for (let index = 0; index < of.n; index++) {
        assert.equal(of.ofA[of.numbers[index]!], index);
        assert.equal(of.written(index), String(of.numbers[index]));
      }
    }
});

test('logarithms are to the smallest primitive root, and 0 is outside', () => {
  const known = { 3: 2, 5: 2, 7: 3, 23: 5, 41: 6, 53: 2, 113: 3, 191: 19, 409: 21, 439: 15, 499: 7 };
  for (const [p, g] of Object.entries(known)) {
    assert.equal(smallestPrimitiveRoot(Number(p)), g, p);
    const group = OPERATIONS.multiply.group(Number(p));
    assert.ok(group.n !== null);
    assert.equal(group.g, g);
    assert.deepEqual([group.ofA[0], group.ofB[0], group.ofAnswer[0]], [-1, -1, -1]);
    assert.deepEqual([group.ofA[1], group.ofA[g]], [0, group.n === 1 ? 0 : 1]);
  }
});

test('an operation without a group says why, and one without answers says which p it takes', () => {
  assert.match(ungrouped('multiply', 58), /^58 is not prime/);
  assert.match(ungrouped('quadratic', 23), /^a² \+ a·b \+ b² is no sum/);
  assert.match(OPERATIONS.divide.refuses(58) ?? '', /prime number for divide/);
  assert.equal(OPERATIONS.divide.refuses(59), null);
  for (const operation of OPERATION_NAMES.filter((name) => name !== 'divide'))
    assert.equal(OPERATIONS[operation].refuses(58), null);
});

function ungrouped(operation: Operation, p: number): string {
  const group = OPERATIONS[operation].group(p);
  assert.equal(group.n, null);
  return group.why;
}

test('a second operand in another order than the first is refused, as W_E serves both', () => {
  const numbers = Int32Array.from({ length: 7 }, (_, i) => i);
  const shifted = numbers.map((i) => (10 - i) % 7);
  assert.equal(cyclicGroup(7, { ofA: numbers, ofB: shifted, ofAnswer: numbers }).n, 7);
  const doubled = numbers.map((i) => (2 * i) % 7); // a + 2b
  assert.throws(
    () => cyclicGroup(7, { ofA: numbers, ofB: doubled, ofAnswer: numbers }),
    /second operand is not in the order of the first/,
  );
  const without = numbers.with(3, -1);
  assert.throws(() => cyclicGroup(7, { ofA: numbers, ofB: without, ofAnswer: numbers }), /second operand/);
  assert.throws(() => cyclicGroup(7, { ofA: numbers, ofB: numbers, ofAnswer: shifted }), /answers are not/);
});

test('formulas of a group are written in the numbers of its task', () => {
  const angle = (operation: Operation): string => {
    const group = OPERATIONS[operation].group(7);
    assert.ok(group.n !== null);
    return `${group.words.sum} − ${group.words.answer}; ${group.words.difference}`;
  };
  assert.equal(angle('add'), 'a + b − c; a − b');
  assert.equal(angle('subtract'), 'a − b − c; a + b');
  assert.equal(angle('multiply'), 'log a + log b − log c; log a − log b');
  assert.equal(angle('divide'), 'log a − log b − log c; log a + log b');
});

test('numbers stand along an axis in the order of their logarithms, 0 left out; elsewhere as they are', () => {
  const products = numberAxis(5, 'multiply');
  assert.deepEqual([...products.numbers], [1, 2, 4, 3]); // powers of 2
  assert.equal(products.label('b'), 'b, in the order of log b, base 2');
  assert.deepEqual(axisInFigure(products, 'b').names, ['1', '2', '4', '3']);
  const values = Float64Array.from({ length: 25 }, (_, row) => row);
  assert.deepEqual([...onAxes(products, values, 5)].slice(4, 8), [11, 12, 14, 13]);
  for (const operation of ['add', 'subtract', 'quadratic'] as const) {
    const axis = numberAxis(5, operation);
    assert.deepEqual([[...axis.numbers], axis.isNamed, axis.label('a')], [[0, 1, 2, 3, 4], false, 'a']);
  }
});
