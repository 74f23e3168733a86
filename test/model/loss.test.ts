import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scorer } from '../../lib/model/loss.ts';

function score(...rows: [logits: number[], label: number][]): { loss: number; accuracy: number } {
  const scorer = new Scorer();
  for (const [logits, label] of rows) scorer.add(Float32Array.from(logits), label);
  return scorer.score;
}

test('losses far below float32 rounding of 1 are right to their last digits', () => {
  // log(1 + 2 exp(-24)) = 2 exp(-24) - ..., from the series of log1p.
  const { loss, accuracy } = score([[24, 0, 0], 0]);
  const small = 2 * Math.exp(-24);
  assert.ok(Math.abs(loss / (small - small ** 2 / 2) - 1) < 1e-12);
  assert.equal(accuracy, 1);
});

test('a wrong answer costs the distance, however large the logits', () => {
  assert.deepEqual(score([[1000, 0, 0], 1]), { loss: 1000, accuracy: 0 });
  assert.deepEqual(score([[-1000, -2000], 1]), { loss: 1000, accuracy: 0 });
});

test('equal logits cost the log of the number of classes, and means are over rows', () => {
  const { loss, accuracy } = score([[0, 0, 0, 0], 2], [[0, 100], 1]);
  assert.ok(Math.abs(loss - Math.log(4) / 2) < 1e-12);
  assert.equal(accuracy, 0.5);
});
