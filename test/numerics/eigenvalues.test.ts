import assert from 'node:assert/strict';
import { test } from 'node:test';
import { singularValuesOfGram, symmetricEigenvalues } from '../../lib/numerics/eigenvalues.ts';
import { createMatrix, gram, multiply, transpose, type Matrix } from '../../lib/numerics/matrix.ts';
import { computeSvd } from '../../lib/numerics/svd.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';

const random = (rows: number, columns: number, seed: number): Matrix =>
  createMatrix(rows, columns, Float64Array.from(new TorchGenerator(seed).normal(rows * columns, 1)));

test('A A^T is what multiplying gives', () => {
  const A = random(7, 5, 1);
  assertClose('gram', gram(A).data, multiply(A, transpose(A)).data, { atol: 1e-13 });
});

test('singular values by way of the Gram matrix are those of the decomposition, to what squaring leaves', () => {
  for (const [rows, columns] of [
    [1, 3],
    [2, 2],
    [17, 40],
    [53, 128],
  ] as const) {
    const M = random(rows, columns, rows);
    // A small direction, a thousandth of the largest: nine digits of it are left.
    for (let j = 0; j < columns; j++) M.data[j] = M.data[j]! / 1000;
    const { S } = computeSvd(M);
    assertClose(`${rows} x ${columns}`, singularValuesOfGram(gram(M), rows), S, { rtol: 1e-9 });
  }
});

test('equal, zero and decoupled eigenvalues are found, ascending', () => {
  assertClose('zero', symmetricEigenvalues(createMatrix(4, 4)), [0, 0, 0, 0], { atol: 0 });
  const circle = createMatrix(3, 3, Float64Array.of(2, 1, 1, 1, 2, 1, 1, 1, 2));
  assertClose('1, 1, 4', symmetricEigenvalues(circle), [1, 1, 4], { atol: 1e-14 });
  const blocks = createMatrix(4, 4, Float64Array.of(0, 3, 0, 0, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, -7));
  assertClose('blocks', symmetricEigenvalues(blocks), [-7, -3, 3, 5], { atol: 1e-14 });
});

test('a matrix that is not finite has NaN throughout', () => {
  const bad = createMatrix(2, 2, Float64Array.of(1, NaN, NaN, 1));
  assert.ok(symmetricEigenvalues(bad).every(Number.isNaN));
});
