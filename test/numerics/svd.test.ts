import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussianControl } from '../../lib/numerics/gaussian-control.ts';
import {
  columnOf,
  createMatrix,
  frobeniusNorm,
  multiply,
  transpose,
  type Matrix,
} from '../../lib/numerics/matrix.ts';
import { computeSvd, effectiveRank, type Svd } from '../../lib/numerics/svd.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';

const gaussian = (rows: number, columns: number, seed = 1): Matrix =>
  createMatrix(rows, columns, Float64Array.from(new TorchGenerator(seed).normal(rows * columns, 1)));

function rebuild({ U, S, V }: Svd): Matrix {
  const US = createMatrix(
    U.rows,
    S.length,
    U.data.map((value, i) => value * S[i % S.length]!),
  );
  return multiply(US, transpose(V));
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

test('U diag(S) V^T gives back the matrix, with orthonormal U and V, for tall, wide and square ones', () => {
  for (const [m, n] of [
    [53, 128],
    [128, 53],
    [20, 20],
    [5, 2],
    [2, 5],
    [7, 1],
  ] as const) {
    const M = gaussian(m, n, m * 1000 + n);
    const svd = computeSvd(M);
    const r = Math.min(m, n);
    assert.deepEqual([svd.U.rows, svd.U.columns, svd.V.rows, svd.V.columns, svd.S.length], [m, r, n, r, r]);
    assertClose(`U S V^T, ${m} x ${n}`, rebuild(svd).data, M.data, { ofLargest: 1e-12 });
    assertClose('U^T U', multiply(transpose(svd.U), svd.U).data, identity(r), { atol: 1e-12 });
    assertClose('V^T V', multiply(transpose(svd.V), svd.V).data, identity(r), { atol: 1e-12 });
    assert.ok(
      svd.S.every((s, i) => i === 0 || s <= svd.S[i - 1]!),
      'descending',
    );
  }
});

test('a matrix built from a known spectrum gives that spectrum', () => {
  const [left, right] = [computeSvd(gaussian(30, 6, 2)).U, computeSvd(gaussian(17, 6, 3)).U];
  const S = Float64Array.from([9, 5, 2, 1, 0.25, 0]);
  const svd = computeSvd(rebuild({ U: left, S, V: right }));
  assertClose('S', svd.S.subarray(0, 6), S, { atol: 1e-13 });
  assert.ok(
    svd.S.subarray(6).every((s) => s < 1e-13),
    'the rest is zero',
  );
  assertClose('first vector', columnOf(svd.U, 0).map(Math.abs), columnOf(left, 0).map(Math.abs), {
    atol: 1e-12,
  });
});

test('the largest entry of each left vector is positive, so negating the matrix moves the sign into V', () => {
  const M = gaussian(53, 40);
  const [svd, negated] = [
    computeSvd(M),
    computeSvd(
      createMatrix(
        53,
        40,
        M.data.map((x) => -x),
      ),
    ),
  ];
  for (let i = 0; i < 40; i++) {
    const u = columnOf(svd.U, i);
    const largest = u.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    assert.ok(largest > 0, `column ${i}`);
  }
  assertClose('U', negated.U.data, svd.U.data, { atol: 1e-10 });
  assertClose(
    'V',
    negated.V.data,
    svd.V.data.map((x) => -x),
    { atol: 1e-10 },
  );
});

test('a matrix that is not finite is refused with the place', () => {
  const M = gaussian(3, 4);
  M.data[6] = NaN;
  assert.throws(() => computeSvd(M), /NaN in row 1, column 2/);
});

test('effective rank counts equal directions and ignores absent ones', () => {
  assertClose('four equal', [effectiveRank(Float64Array.from([2, 2, 2, 2, 0]))], [4], { rtol: 1e-14 });
  assertClose('one', [effectiveRank(Float64Array.from([3, 0, 0]))], [1], { rtol: 1e-14 });
  assert.equal(effectiveRank(new Float64Array(3)), 0);
});

test('the Gaussian control has the size and norm of the matrix and is the same for a seed', () => {
  const M = gaussian(53, 40, 8);
  const control = gaussianControl(M, 4);
  assert.deepEqual([control.rows, control.columns], [53, 40]);
  assertClose('norm', [frobeniusNorm(control)], [frobeniusNorm(M)], { rtol: 1e-13 });
  assert.deepEqual(gaussianControl(M, 4).data, control.data);
  assert.notDeepEqual(gaussianControl(M, 5).data, control.data);
});
