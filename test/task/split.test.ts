import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OPERATION_NAMES, OPERATIONS } from '../../lib/task/operations.ts';
import { gridRows, pairCount, splitRows, takeRows } from '../../lib/task/split.ts';

interface Golden {
  train_rows_first5: [number, number][];
  test_rows_first5: [number, number][];
  n_train: number;
  train_index_sum_times_rank: number;
}
const golden = JSON.parse(
  readFileSync(new URL('../fixtures/p113-seed999-split598.json', import.meta.url), 'utf8'),
) as Golden;

test('the default split is the published one, row for row', () => {
  const { train, test } = splitRows(113, 0.3, 598);
  const pairs = (rows: Int32Array): number[][] =>
    [...rows.slice(0, 5)].map((row) => [Math.floor(row / 113), row % 113]);
  assert.deepEqual(pairs(train), golden.train_rows_first5);
  assert.deepEqual(pairs(test), golden.test_rows_first5);
  assert.equal(train.length, golden.n_train);
  const checksum = train.reduce((sum, row, rank) => sum + row * (rank + 1), 0);
  assert.equal(checksum, golden.train_index_sum_times_rank);
});

test('both sets together are every row once', () => {
  const { train, test } = splitRows(7, 0.37, 1);
  assert.deepEqual(
    [...train, ...test].sort((x, y) => x - y),
    Array.from({ length: 49 }, (_, i) => i),
  );
});

test('every operation labels the grid in a-major order with residues', () => {
  for (const operation of OPERATION_NAMES) {
    const grid = gridRows(7, operation);
    const row = operation === 'divide' ? 2 * 6 + 2 : 2 * 7 + 3;
    assert.equal(grid.a.length, pairCount(7, operation));
    const label = OPERATIONS[operation].label(2, 3, 7);
    assert.deepEqual([grid.a[row], grid.b[row], grid.label[row]], [2, 3, label], operation);
    assert.ok(grid.label.every((label) => label >= 0 && label < 7));
  }
});

test('chosen rows come in the order in which they were chosen', () => {
  const rows = takeRows(gridRows(5, 'add'), Int32Array.of(7, 0));
  assert.deepEqual(
    [[...rows.a], [...rows.b], [...rows.label]],
    [
      [1, 0],
      [2, 0],
      [3, 0],
    ],
  );
});

test('division has no pairs with b = 0, and its split is one of the pairs that it has', () => {
  const { a, b, label } = gridRows(7, 'divide');
  assert.equal(a.length, 42);
  assert.ok(b.every((value) => value > 0));
  assert.ok(a.every((value, row) => row === value * 6 + b[row]! - 1));
  assert.ok(a.every((value, row) => (label[row]! * b[row]!) % 7 === value));
  const { train, test } = splitRows(7, 0.3, 598, 'divide');
  assert.deepEqual([train.length, test.length], [12, 30]);
  assert.deepEqual(
    [...train, ...test].sort((x, y) => x - y),
    Array.from({ length: 42 }, (_, i) => i),
  );
});
