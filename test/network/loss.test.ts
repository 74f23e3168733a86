import { scoreAnswers, scoreExcluded } from '../../lib/measures/losses.ts';
import { crossEntropy, largestClass, scoreLogits } from '../../lib/network/loss.ts';
import { createMatrix } from '../../lib/numerics/matrix.ts';
import { assertClose } from '../assert-close.ts';
import { exactLoss, HARD_LOGITS } from './exact-loss.ts';
import { test } from 'node:test';

import assert from 'node:assert/strict';

test('losses from far below float32 rounding of 1 to hundreds are right to their last digits', () => {
  for (const logits of HARD_LOGITS)
    logits.forEach((_, y) =>
      assertClose(
        `label ${y} of ${logits.join()}`,
        [crossEntropy(Float64Array.from(logits), y)],
        [exactLoss(logits, y)],
        { rtol: 1e-12 },
      ),
    );
  // log(1 + 2 exp(-24)) = 2 exp(-24) - ..., from the series of log1p.
  const small = 2 * Math.exp(-24);
  assertClose('series', [crossEntropy(Float32Array.of(24, 0, 0), 0)], [small - small ** 2 / 2], {
    rtol: 1e-12,
  });
});

test('a wrong answer costs the distance, however large the logits', () => {
  assert.equal(crossEntropy(Float32Array.of(1000, 0, 0), 1), 1000);
  assert.equal(crossEntropy(Float32Array.of(-1000, -2000), 1), 1000);
});

test('means are over rows, and the number of logits must match that of the labels', () => {
  const { loss, accuracy } = scoreLogits(Float32Array.of(0, 0, 0, 100), Int32Array.of(0, 1), 2);
  assertClose('loss', [loss], [Math.log(2) / 2], { rtol: 1e-12 });
  assert.equal(accuracy, 1);
  assert.throws(() => scoreLogits(new Float32Array(5), Int32Array.of(0, 1), 2), /5 logits for 2 labels/);
});

test('of equal logits the first is the answer, in whatever way they are scored', () => {
  assert.equal(largestClass(Float32Array.of(1, 4, 4, 0)), 1);
  // Two answers over four pairs: logits are equal everywhere, so 0 is the answer, which half of the labels are.
  const rows = { row: Int32Array.of(0, 1, 2, 3), label: Int32Array.of(0, 1, 1, 0) };
  const nobody = { row: new Int32Array(), label: new Int32Array() };
  const sets = { train: rows, test: rows, unknown: nobody };
  const [byPair, byAnswer] = [createMatrix(4, 2), createMatrix(2, 2)];
  byPair.data.fill(3);
  assert.equal(scoreLogits(byPair.data, rows.label, 2).accuracy, 1 / 2);
  assert.equal(scoreAnswers(sets, byAnswer).accuracy.all, 1 / 2);
  for (const { accuracy } of scoreExcluded(sets, byPair, [null, byAnswer])) assert.equal(accuracy.all, 1 / 2);
});
