// sin, cos and log against values computed with 300 bits (mpmath 1.3.0) and rounded once to float64.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialWeights } from '../../lib/network/initial.ts';
import { cos, log, sin } from '../../lib/numerics/elementary.ts';

/** x, sin x, cos x: beside ordinary ones those nearest to multiples of pi / 4, where what is left of x is small. */
const ANGLES = [
  [1e-300, 1e-300, 1.0],
  [1e-8, 1e-8, 1.0],
  [0.1, 0.09983341664682815, 0.9950041652780258],
  [0.7853981633974483, 0.7071067811865475, 0.7071067811865476],
  [1.0, 0.8414709848078965, 0.5403023058681398],
  [1.5707963267948966, 1.0, 6.123233995736766e-17],
  [2.356194490192345, 0.7071067811865476, -0.7071067811865475],
  [3.0, 0.1411200080598672, -0.9899924966004454],
  [3.141592653589793, 1.2246467991473532e-16, -1.0],
  [4.0, -0.7568024953079282, -0.6536436208636119],
  [4.71238898038469, -1.0, -1.8369701987210297e-16],
  [5.5, -0.7055403255703919, 0.70866977429126],
  [6.283185307179586, -2.4492935982947064e-16, 1.0],
  [-2.5, -0.5984721441039565, -0.8011436155469337],
  [1000.0, 0.8268795405320025, 0.5623790762907029],
  [710.0, 6.0288706691585265e-5, 0.999999998182636],
  [1048575.9, 0.2346184343169496, 0.9720875424974148],
] as const;
const LOGARITHMS = [
  [5e-324, -744.4400719213812],
  [1.1102230246251565e-16, -36.7368005696771],
  [5.960464477539063e-8, -16.635532333438686],
  [0.001, -6.907755278982137],
  [0.5, -0.6931471805599453],
  [0.7071067811865475, -0.34657359027997275],
  [0.9999999403953552, -5.960464655174753e-8],
  [1.0, 0.0],
  [1.0000000000000002, 2.2204460492503128e-16],
  [1.4142135623730951, 0.3465735902799727],
  [2.0, 0.6931471805599453],
  [2.718281828459045, 1.0],
  [10.0, 2.302585092994046],
  [1e300, 690.7755278982137],
] as const;

const bits = new BigInt64Array(1);
const asFloat = new Float64Array(bits.buffer);
/** Floats from x to y; both of one sign. */
function ulpsBetween(x: number, y: number): number {
  asFloat[0] = x;
  const from = bits[0]!;
  asFloat[0] = y;
  return Math.abs(Number(bits[0]! - from));
}

test('sin and cos are within one unit in the last place of what they should be', () => {
  for (const [x, sine, cosine] of ANGLES) {
    assert.ok(ulpsBetween(sin(x), sine) <= 1, `sin(${x}) is ${sin(x)} (expected ${sine})`);
    assert.ok(ulpsBetween(cos(x), cosine) <= 1, `cos(${x}) is ${cos(x)} (expected ${cosine})`);
  }
});

test('log is within one unit in the last place of what it should be', () => {
  for (const [x, logarithm] of LOGARITHMS)
    assert.ok(ulpsBetween(log(x), logarithm) <= 1, `log(${x}) is ${log(x)} (expected ${logarithm})`);
});

test('at ten thousand places each is within two units of Math, itself within one of the truth', () => {
  for (let i = 1; i <= 10_000; i++) {
    const x = (i * Math.PI) / 4999.5;
    assert.ok(ulpsBetween(sin(x), Math.sin(x)) <= 2, `sin(${x})`);
    assert.ok(ulpsBetween(cos(x), Math.cos(x)) <= 2, `cos(${x})`);
    assert.ok(ulpsBetween(log(i / 9999.5), Math.log(i / 9999.5)) <= 2, `log(${i / 9999.5})`);
  }
});

test('an argument without a value is refused', () => {
  for (const x of [NaN, Infinity, 2 ** 21]) assert.throws(() => sin(x), /expected less than/);
  for (const x of [0, -1, NaN, Infinity]) assert.throws(() => log(x), /expected a positive number/);
});

test("no function of the engine's mathematical library decides initial weights", (t) => {
  for (const name of ['sin', 'cos', 'tan', 'log', 'log1p', 'log2', 'exp', 'pow'] as const)
    t.mock.method(Math, name, () => NaN);
  const { W_E, W_pos } = initialWeights({ p: 7, d_model: 5, n_heads: 1, d_head: 2, d_mlp: 3 }, 3);
  assert.ok([...W_E.data, ...W_pos.data].every(Number.isFinite));
});
