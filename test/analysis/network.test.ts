import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  randomFrequencies,
  withoutFrequencies,
  withoutHead,
  withoutMlp,
  withOnlyFrequencies,
} from '../../lib/analysis/ablations.ts';
import { attentionCoefficients } from '../../lib/analysis/attention-measures.ts';
import { makeFourierBasis } from '../../lib/analysis/fourier.ts';
import { embeddingGradients } from '../../lib/analysis/gradient-symmetricity.ts';
import { createMatrix, multiply } from '../../lib/analysis/matrix.ts';
import { runNetwork } from '../../lib/analysis/network.ts';
import { weightShapes, WEIGHT_NAMES, type Weights } from '../../lib/model/config.ts';
import { initialWeights } from '../../lib/model/initial.ts';
import { assertClose } from '../assert-close.ts';
import { plainLogits } from '../kernel/plain-model.ts';

const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const { p } = config;
const initial = initialWeights(config, 3);
// Larger than initial ones, so that attention is far from even.
const weights = Object.fromEntries(
  WEIGHT_NAMES.map((name) => [name, { ...initial[name], data: initial[name].data.map((x) => 2 * x) }]),
) as unknown as Weights;
const network = runNetwork(config, weights);

const flatten = (from: Weights): Float64Array =>
  Float64Array.from(WEIGHT_NAMES.flatMap((name) => Array.from(from[name].data)));
const plain = (from: Weights): number[] =>
  Array.from({ length: p * p }, (_, i) =>
    plainLogits(config, flatten(from), Math.floor(i / p), i % p),
  ).flat();

test('logits are those of the layers as they are written', () => {
  assertClose('logits', network.logits.data, plain(weights), { rtol: 1e-10, ofLargest: 1e-12 });
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

test('gradients by the embeddings of both summands agree with finite differences', () => {
  const gradients = embeddingGradients(network, weights);
  const flat = flatten(weights);
  const start = weightShapes(config).W_E.reduce((n, d) => n * d);
  // The row of a position reaches the residual stream as an embedding does, and only there.
  const differences = (position: number, [a, b, c]: [number, number, number]): number[] =>
    Array.from({ length: config.d_model }, (_, i) => {
      const at = (step: number): number => {
        const moved = flat.slice();
        moved[start + position * config.d_model + i]! += step;
        return plainLogits(config, moved, a, b)[c]!;
      };
      return (at(1e-6) - at(-1e-6)) / 2e-6;
    });
  for (const triple of [
    [0, 0, 0],
    [2, 5, 1],
    [6, 3, 4],
  ] as [number, number, number][])
    gradients(triple).forEach((gradient, position) =>
      assertClose(`${triple.join()} at ${position}`, gradient, differences(position, triple), {
        ofLargest: 1e-6,
        atol: 1e-8,
      }),
    );
});

test('attention coefficients are the spectrum of the log ratio of attention', () => {
  const coefficients = attentionCoefficients(config, weights);
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

test('a head, or the MLP, taken out is as its output set to zero', () => {
  const out = runNetwork(config, withoutHead(config, weights, 1));
  assertClose('head', out.logits.data, plain(withoutHead(config, weights, 1)), { ofLargest: 1e-10 });
  assert.deepEqual(out.pattern.data, network.pattern.data);
  assert.notDeepEqual(out.logits.data, network.logits.data);
  assert.deepEqual(runNetwork(config, withoutMlp(weights)).logits.data, network.skip.data);
});

test('frequencies kept and frequencies dropped add up to the embedding, = untouched, and a second time changes nothing', () => {
  const { W_E } = weights;
  const kept = withOnlyFrequencies(config, weights, [1, 3]);
  const dropped = withoutFrequencies(config, weights, [1, 3]);
  const rest = withOnlyFrequencies(config, weights, [2]);
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
  assertClose('twice', withOnlyFrequencies(config, kept, [1, 3]).W_E.data, kept.W_E.data, {
    ofLargest: 2e-7,
  });
});

test('random frequencies are as many as the key ones, none of them, and the same for the same seed', () => {
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
