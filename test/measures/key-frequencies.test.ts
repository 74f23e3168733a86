import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frequenciesAbove, keyFrequencies } from '../../lib/measures/key-frequencies.ts';

const normsOf = (sin: number[], cos: number[], constant = 0) => ({
  all: Float64Array.from([constant, ...sin.flatMap((s, i) => [s, cos[i]!])]),
  constant,
  sin: Float64Array.from(sin),
  cos: Float64Array.from(cos),
});

test('a frequency is key when the larger of its two norms exceeds the fraction, whatever the constant', () => {
  const embedding = normsOf([0.1, 4, 1.1, 0], [0.2, 0.3, 0, 0.9], 100);
  const logitMap = normsOf([10, 0, 2, 0], [0, 1.5, 6, 0.5]);
  const rules = keyFrequencies(embedding, logitMap, Float64Array.from([50, 1, 0.2, 8, 2.5]));
  assert.deepEqual(rules, {
    embedding_quarter_max: [2, 3],
    logit_map_quarter_max: [1, 3],
    logit_map_tenth_max: [1, 2, 3],
    logit_map_half_max: [1, 3],
    singular_vectors_quarter_max: [3, 4],
  });
});

test('no frequency is key if all norms are zero, and a norm of exactly the fraction does not exceed it', () => {
  assert.deepEqual(frequenciesAbove(new Float64Array(4), 0.25), []);
  assert.deepEqual(frequenciesAbove(Float64Array.from([4, 1, 1.01]), 0.25), [1, 3]);
});
