// What "Ask it" draws of a network with many key frequencies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestWaves } from '../../lib/report/page/explorer/waves.ts';

const wave = (...values: number[]): Float64Array => Float64Array.from(values);

test('of many waves the largest are drawn, in the order of their frequencies; of few, all', () => {
  const waves = [wave(1, -2), wave(0.5, 0), wave(-9, 1), wave(3, 3)];
  assert.deepEqual(largestWaves(waves, 2), [2, 3]);
  assert.deepEqual(largestWaves(waves, 8), [0, 1, 2, 3]);
  assert.deepEqual(largestWaves([], 8), []);
});
