// The reference forward pass, from tables, against the layers as they are written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Weights } from '../../lib/network/config.ts';
import {
  attentionFromEquals,
  residualRows,
  runNetwork,
  runNeuron,
  runPair,
  scoreDirections,
} from '../../lib/network/forward.ts';
import { assertClose } from '../assert-close.ts';
import { config, flatten, network, weights } from './small-network.ts';
import { plainForward, type PlainRun } from './plain-forward.ts';

const { p, d_mlp } = config;
const pairs = Array.from({ length: p * p }, (_, i) => [Math.floor(i / p), i % p] as const);
const plain = pairs.map(([a, b]) => plainForward(config, flatten(weights), a, b));
const all = (what: keyof PlainRun): number[] => plain.flatMap((run) => run[what]);
/** Numbers of one matrix, to float64 of its largest. */
const TOLERANCE = { ofLargest: 1e-12 };

test('attention, neurons and logits of every pair are those of the layers as they are written', () => {
  for (const what of ['pattern', 'post', 'logits'] as const)
    assertClose(what, network[what].data, all(what), TOLERANCE);
});

test('one pair, or one neuron, run alone is as in the whole grid', () => {
  const resid = residualRows(config, weights);
  const directions = scoreDirections(config, weights, resid[2]!);
  pairs.forEach(([a, b], i) => {
    const run = runPair(config, weights, directions, resid, a, b);
    for (const what of ['pattern', 'post', 'logits'] as const)
      assertClose(`${what} of ${a}, ${b}`, run[what].data, plain[i]![what], TOLERANCE);
  });
  const pattern = attentionFromEquals(directions, resid);
  for (let j = 0; j < d_mlp; j++) {
    const neuron = plain.map(({ post }) => post[j]!);
    assertClose(`neuron ${j}`, runNeuron(config, weights, resid, pattern, j).data, neuron, {
      atol: 1e-12 * Math.max(...all('post')),
    });
  }
});

test('attention from = sums to 1 over the three positions', () => {
  const sums = Float64Array.from({ length: p * p * 2 }, (_, i) =>
    network.pattern.data.subarray(3 * i, 3 * i + 3).reduce((x, y) => x + y),
  );
  assertClose(
    'sums',
    sums,
    sums.map(() => 1),
    { atol: 1e-14 },
  );
});

test('logits are the sum of what bypasses the MLP and what goes through it', () => {
  const W_out = { ...weights.W_out, data: weights.W_out.data.map(() => 0) };
  const without: Weights = { ...weights, W_out };
  assert.deepEqual(runNetwork(config, without).logits.data, network.skip.data);
});
