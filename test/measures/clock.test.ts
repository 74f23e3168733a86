// What the measures say of a clock written by hand, of an untrained network, and of one whose neurons are renumbered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createTensor } from '../../lib/files/tensor.ts';
import { viewGroup } from '../../lib/measures/group-view.ts';
import { findKeyFrequencies, frequenciesAbove, largerNorms } from '../../lib/measures/key-frequencies.ts';
import { measure as measureAll } from '../../lib/measures/measure.ts';
import { bestFrequencies, frequencyShares } from '../../lib/measures/neuron-frequencies.ts';
import { embeddingInBasis } from '../../lib/network/composites.ts';
import type { ModelConfig, Weights } from '../../lib/network/config.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { fourierNorms, makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { toMatrix } from '../../lib/numerics/matrix.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { gridRows } from '../../lib/task/split.ts';
import { assertClose } from '../assert-close.ts';
import { clockNetwork } from './clock.ts';

function measure(config: ModelConfig, weights: Weights, key: readonly number[]) {
  const grid = gridRows(config.p, 'add');
  const view = viewGroup({
    task: { p: config.p, operation: 'add' },
    grid,
    train: grid,
    test: grid,
    why_no_split: null,
  });
  const network = runNetwork(config, weights, view.pairs);
  const values = measureAll(view, config, weights, network, key);
  const number = (name: string): number => values[name] as number;
  return {
    accuracy: number('accuracy_all'),
    loss: number('loss_all'),
    explained: number('logit_explained_by_key'),
    restricted: number('restricted_loss_logits_all'),
    excluded: number('excluded_loss_logits_all'),
    excludedNeurons: number('excluded_loss_neurons_all'),
    excludedCosines: number('excluded_loss_cosines_all'),
    trigRatio: ['neuron_pre', 'neuron_post', 'logits'].map((of) => number(`trig_ratio_${of}`)),
    best: bestFrequencies(frequencyShares(network.post)),
  };
}

const keyOf = (config: ModelConfig, weights: Weights): number[][] => {
  const W_E = toMatrix(weights.W_E, { rows: config.p });
  const norms = fourierNorms(embeddingInBasis(makeFourierBasis(config.p), W_E));
  return [frequenciesAbove(largerNorms(norms), 1 / 4), findKeyFrequencies(weights, config.p)];
};

test('a clock written by hand: its frequencies, the last one too, and nearly all of its logits', () => {
  const key = [2, 5, 11];
  const { config, weights } = clockNetwork(23, key);
  assert.deepEqual(keyOf(config, weights), [key, key]);
  const {
    accuracy,
    loss,
    explained,
    restricted,
    excluded,
    excludedNeurons,
    excludedCosines,
    trigRatio,
    best,
  } = measure(config, weights, key);
  assert.equal(accuracy, 1);
  assert.ok(explained > 0.999, `explained ${explained}`);
  assert.ok(trigRatio[2]! > 0.999, `trig ratio of the logits ${trigRatio[2]}`);
  assert.ok(restricted < 2 * loss, `restricted ${restricted}, full ${loss}`);
  // With its part taken out, a clock guesses.
  const guessing = [1, 1, 1].map(() => Math.log(23));
  assertClose('excluded', [excluded, excludedNeurons, excludedCosines], guessing, { rtol: 0.02 });
  const frequencies = new Set(best.flatMap((neuron) => neuron?.frequency ?? []));
  assert.deepEqual(
    [...frequencies].sort((x, y) => x - y),
    key,
  );
});

test('an untrained network has as much of the key frequencies as chance gives', () => {
  const config = { p: 23, d_model: 32, n_heads: 2, d_head: 16, d_mlp: 128 };
  const key = [2, 5, 11];
  const { loss, explained, excluded, trigRatio } = measure(config, initialWeights(config, 1), key);
  // One of p^3 directions for each key frequency; 2 of p^2 - 1, were the neurons no functions of a and of b.
  assert.ok(explained < 1e-3, `explained ${explained}`);
  assert.ok(
    trigRatio.every((ratio) => ratio < 6 / 22),
    `trig ratios ${trigRatio.join()}`,
  );
  assertClose('excluded', [excluded], [loss], { rtol: 1e-2 });
});

test('the numbering of neurons does not matter', async () => {
  const path = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
  const { config, weights } = await readModel(path);
  const { d_model, d_mlp } = config;
  const order = new TorchGenerator(5).permutation(d_mlp);
  const W_in = weights.W_in.data.map((_, i) => weights.W_in.data[i - (i % d_mlp) + order[i % d_mlp]!]!);
  const W_out = weights.W_out.data.map(
    (_, i) => weights.W_out.data[order[Math.floor(i / d_model)]! * d_model + (i % d_model)]!,
  );
  const renumbered = {
    ...weights,
    W_in: createTensor(weights.W_in.shape, W_in),
    W_out: createTensor(weights.W_out.shape, W_out),
  };
  const key = [4, 11, 13, 26];
  const { best: bestBefore, trigRatio: ratioBefore, ...before } = measure(config, weights, key);
  const { best, trigRatio, ...after } = measure(config, renumbered, key);
  assert.deepEqual(
    best.map((neuron) => neuron?.frequency),
    Array.from(order, (j) => bestBefore[j]?.frequency),
  );
  assertClose('trig ratios', trigRatio, ratioBefore, { rtol: 1e-9 });
  assertClose('measures', Object.values(after), Object.values(before), { rtol: 1e-6 });
});
