import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPhases, phaseOf } from '../../lib/measures/phases.ts';

const epoch = [0, 100, 200, 300, 400, 500, 600];
/** A run as the published ones: test loss turns at 100, excluded loss at 300, weights are clean at 500. */
const grokked = {
  epoch,
  loss_test: [4, 9, 8, 5, 0.1, 0.01, 0.01],
  accuracy_train: [0, 1, 1, 1, 1, 1, 1],
  accuracy_test: [0, 0, 0, 0.5, 1, 1, 1],
  excluded_loss_logits_train: [4, 0.1, 3, 9, 8, 7, 7],
  sum_squared_weights: [100, 300, 280, 220, 150, 101, 100],
};
const upTo = (n: number): typeof grokked =>
  Object.fromEntries(
    Object.entries(grokked).map(([name, values]) => [name, values.slice(0, n)]),
  ) as typeof grokked;

test('borders are where test loss turns, where excluded loss turns, and where the weights are clean', () => {
  const phases = findPhases(grokked);
  assert.deepEqual(phases, {
    memorisation: { from: 0, to: 100 },
    circuit_formation: { from: 100, to: 300 },
    cleanup: { from: 300, to: 500 },
  });
  assert.deepEqual(
    epoch.map((at) => phaseOf(phases, at)),
    ['memorisation', 'circuit_formation', 'circuit_formation', 'cleanup', 'cleanup', 'none', 'none'],
  );
});

test('a large excluded loss before memorisation is no border', () => {
  const { circuit_formation } = findPhases({
    ...grokked,
    excluded_loss_logits_train: [99, 0.1, 3, 9, 8, 7, 7],
  });
  assert.deepEqual(circuit_formation, { from: 100, to: 300 });
});

test('a run that ends early has phases that last, and none after them', () => {
  assert.deepEqual(findPhases(upTo(2)), {
    memorisation: { from: 0, to: null },
    circuit_formation: null,
    cleanup: null,
  });
  assert.deepEqual(findPhases(upTo(4)).circuit_formation, { from: 100, to: null });
  assert.deepEqual(findPhases(upTo(5)).cleanup, { from: 300, to: null });
});

test('a network that never memorised has no phases', () => {
  const { memorisation, circuit_formation, cleanup } = findPhases({
    ...grokked,
    accuracy_train: epoch.map(() => 0.5),
  });
  assert.deepEqual([memorisation, circuit_formation, cleanup], [null, null, null]);
});
