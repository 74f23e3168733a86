// Networks with a part taken out, and what attention looks for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  randomFrequencies,
  withoutFrequencies,
  withoutHead,
  withoutMlp,
  withOnlyFrequencies,
} from '../../lib/measures/ablations.ts';
import { attentionCoefficients } from '../../lib/measures/attention.ts';
import type { Weights } from '../../lib/network/config.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { createMatrix, multiply } from '../../lib/numerics/matrix.ts';
import { assertClose } from '../assert-close.ts';
import { plainForward } from '../network/plain-forward.ts';
import { config, flatten, network, weights } from '../network/small-network.ts';

const { p } = config;
const plain = (from: Weights): number[] =>
  Array.from(
    { length: p * p },
    (_, i) => plainForward(config, flatten(from), Math.floor(i / p), i % p).logits,
  ).flat();

test('attention coefficients are the spectrum of the log ratio of attention', () => {
  const coefficients = attentionCoefficients(config, weights, p);
  const { F } = makeFourierBasis(p);
  for (let head = 0; head < config.n_heads; head++) {
    // With b = 0: log(A_a / A_=) is the score of a up to a constant, which only component 0 sees.
    const logRatios = Float64Array.from({ length: p }, (_, a) => {
      const at = (a * p * config.n_heads + head) * 3;
      return Math.log(network.pattern.data[at]! / network.pattern.data[at + 2]!);
    });
    const spectrum = multiply(F, createMatrix(p, 1, logRatios)).data.subarray(1);
    const column = Float64Array.from({ length: p - 1 }, (_, i) => coefficients.data[(i + 1) * 2 + head]!);
    assertClose(`head ${head}`, column, spectrum, { ofLargest: 1e-10 });
  }
});

test('taking out a head or the MLP is the same as setting its output to zero', () => {
  const out = runNetwork(config, withoutHead(config, weights, 1));
  assertClose('head', out.logits.data, plain(withoutHead(config, weights, 1)), { ofLargest: 1e-10 });
  assert.deepEqual(out.pattern.data, network.pattern.data);
  assert.notDeepEqual(out.logits.data, network.logits.data);
  assert.deepEqual(runNetwork(config, withoutMlp(weights)).logits.data, network.skip.data);
});

test('frequencies kept and frequencies dropped add up to the embedding, = untouched, and a second time changes nothing', () => {
  const { W_E } = weights;
  const kept = withOnlyFrequencies(weights, p, [1, 3]);
  const dropped = withoutFrequencies(weights, p, [1, 3]);
  const rest = withOnlyFrequencies(weights, p, [2]);
  assertClose('dropped', dropped.W_E.data, rest.W_E.data, { ofLargest: 1e-7 });
  const { F } = makeFourierBasis(p);
  const numbers = (from: Weights) =>
    multiply(
      F,
      createMatrix(p, config.d_model, Float64Array.from(from.W_E.data.subarray(0, p * config.d_model))),
    );
  const [whole, ofKept, ofDropped] = [numbers(weights), numbers(kept), numbers(dropped)];
  const constant = (i: number): boolean => i < config.d_model;
  assertClose(
    'sum',
    ofKept.data.map((x, i) => (constant(i) ? x : x + ofDropped.data[i]!)),
    whole.data,
    { ofLargest: 1e-7 },
  );
  assert.deepEqual(kept.W_E.data.slice(-config.d_model), W_E.data.slice(-config.d_model));
  assertClose('twice', withOnlyFrequencies(kept, p, [1, 3]).W_E.data, kept.W_E.data, {
    ofLargest: 2e-7,
  });
});

test('random frequencies are as many as the key ones, other ones, and the same for the same seed', () => {
  const draws = randomFrequencies(53, [4, 11, 13, 26], 20, 7);
  assert.deepEqual(draws, randomFrequencies(53, [4, 11, 13, 26], 20, 7));
  assert.notDeepEqual(draws, randomFrequencies(53, [4, 11, 13, 26], 20, 8));
  for (const draw of draws) {
    assert.equal(new Set(draw).size, 4);
    assert.ok(
      draw.every((k) => k >= 1 && k <= 26 && ![4, 11, 13, 26].includes(k)),
      draw.join(),
    );
  }
});
