// Every measure of the grokked p = 53 model of test/fixtures, against numbers made with PyTorch and NumPy in float64: the
// whole JSON, key by key, so that no number can be left out.
import {
  withOnlyFrequencies,
  withoutFrequencies,
  withoutHead,
  withoutMlp,
} from '../../lib/measures/ablations.ts';
import { keyFrequencies } from '../../lib/measures/key-frequencies.ts';
import { lineStatistics, lineSums } from '../../lib/measures/line-sums.ts';
import { cosineLogits, logitCosineCoefficients, logitEnergy } from '../../lib/measures/logit-cosines.ts';
import { scoreRows, scoreSets } from '../../lib/measures/losses.ts';
import {
  bestFrequencies,
  frequencyClusters,
  frequencyShares,
} from '../../lib/measures/neuron-frequencies.ts';
import { circularity, distanceIrrelevance, gradientSymmetricity } from '../../lib/measures/pizza.ts';
import { singularVectorSpectra } from '../../lib/measures/singular-vector-spectra.ts';
import {
  excludedLogits,
  projectOnTrig,
  restrictedLogits,
  trigPartThroughNeurons,
  trigRatio,
} from '../../lib/measures/trig-part.ts';
import { sumSquaredWeights } from '../../lib/measures/weights.ts';
import {
  embeddingInBasis,
  logitMap,
  logitMapInBasis,
  neuronMap,
  numberEmbedding,
} from '../../lib/network/composites.ts';
import { N_CTX, type Weights } from '../../lib/network/config.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { fourierNorms, frequencyPower, makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { gini } from '../../lib/numerics/gini.ts';
import { columnMeans, createMatrix, type Matrix, toMatrix } from '../../lib/numerics/matrix.ts';
import { computeSvd, effectiveRank } from '../../lib/numerics/svd.ts';
import { gridRows, splitRows, takeRows } from '../../lib/task/split.ts';
import { assertClose } from '../assert-close.ts';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import assert from 'node:assert/strict';

interface Golden extends Record<string, unknown> {
  readonly p: number;
  readonly split_seed: number;
  readonly train_fraction: number;
}

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const {
  p: goldenP,
  split_seed,
  train_fraction,
  ...golden
} = JSON.parse(readFileSync(fixture('trained-p53.json'), 'utf8')) as Golden;
const { config, weights } = await readModel(fixture('trained-p53.safetensors'));
const { p } = config;
const W_E = numberEmbedding(config, weights);
const W_logit = logitMap(weights);
const maps = { W_out: toMatrix(weights.W_out), W_U: toMatrix(weights.W_U) };
const basis = makeFourierBasis(p);
const norms = {
  W_E: fourierNorms(embeddingInBasis(basis, W_E)),
  W_logit: fourierNorms(logitMapInBasis(basis, W_logit)),
};
const svd = { W_E: computeSvd(W_E), W_logit: computeSvd(W_logit) };

const all = gridRows(p, 'add');
const { train, test: heldOut } = splitRows(p, train_fraction, split_seed);
const sets = { all, train: takeRows(all, train), test: takeRows(all, heldOut) };

/** Everything that the JSON has a number for, under its names. */
function measure(): Record<string, unknown> {
  const { signFree } = singularVectorSpectra(svd.W_E.U, 8);
  const rules = keyFrequencies(norms.W_E, norms.W_logit, signFree);
  const key = rules.logit_map_quarter_max;

  const network = runNetwork(config, weights);
  const { logits, post, pre, skip } = network;
  const sums = { logits: lineSums(logits, 'a + b'), post: lineSums(post, 'a + b') };
  const parts = {
    logits: projectOnTrig(sums.logits, key),
    neurons: trigPartThroughNeurons(sums.post, maps, key),
  };
  const full = scoreSets(sets, { byPair: logits });
  const best = bestFrequencies(frequencyShares(post));
  const coefficients = logitCosineCoefficients(sums.logits);
  const energy = logitEnergy(logits);
  const explained = key.reduce((sum, k) => sum + coefficients[k - 1]! ** 2, 0);
  const correct = Float64Array.from(all.label, (c, i) => logits.data[i * p + c]!);
  const lossOf = (ablated: Weights): number =>
    scoreRows(all, { byPair: runNetwork(config, ablated).logits }).loss;
  const withoutSkip = createMatrix(
    p * p,
    p,
    logits.data.map((x, i) => x - skip.data[i]!),
  );

  return {
    ...full,
    singular_values_W_E: svd.W_E.S,
    singular_values_W_L: svd.W_logit.S,
    singular_vector_spectrum_first8: signFree,
    fourier_norms_W_E: norms.W_E.all,
    fourier_norms_W_L: norms.W_logit.all,
    gini: {
      power_per_frequency_W_E: gini(frequencyPower(norms.W_E)),
      component_norms_W_E: gini(norms.W_E.all),
      power_per_frequency_W_L: gini(frequencyPower(norms.W_logit)),
      component_norms_W_L: gini(norms.W_logit.all),
    },
    sum_squared_weights: sumSquaredWeights(config, weights),
    key_frequencies: {
      embedding_quarter_max: rules.embedding_quarter_max,
      logit_map_quarter_max: key,
      neurons: frequencyClusters(best, 0.85).map(({ frequency }) => frequency),
    },
    neuron_frequency: best.map((neuron) => neuron?.frequency ?? null),
    neuron_fraction_explained: best.map((neuron) => neuron?.fraction ?? null),
    dead_neurons: best.filter((neuron) => neuron === null).length,
    key_used: key,
    logit_cosine_coefficients: coefficients,
    logit_cosine_similarity: coefficients.map((alpha) => alpha / Math.sqrt(energy.uncentred)),
    logit_explained_by_key: {
      uncentred: explained / energy.uncentred,
      centred: explained / energy.centred,
    },
    loss_of_cosine_logits: scoreRows(all, { byAnswer: cosineLogits(p, coefficients, key) }).loss,
    restricted_loss_logits: scoreSets(sets, restrictedLogits(sums.logits, parts.logits)).loss,
    restricted_loss_neurons: scoreSets(sets, restrictedLogits(sums.logits, parts.neurons)).loss,
    excluded_loss_logits: scoreSets(sets, excludedLogits(logits, parts.logits)).loss,
    excluded_loss_logits_per_frequency_train: Array.from(
      { length: p >> 1 },
      (_, i) => scoreRows(sets.train, excludedLogits(logits, projectOnTrig(sums.logits, [i + 1]))).loss,
    ),
    excluded_loss_neurons: scoreSets(sets, excludedLogits(logits, parts.neurons)).loss,
    trig_ratio: {
      neuron_pre: trigRatio(lineStatistics(pre, 'a + b'), key),
      neuron_post: trigRatio(lineStatistics(post, 'a + b'), key),
      logits: trigRatio(lineStatistics(logits, 'a + b'), key),
    },
    distance_irrelevance: distanceIrrelevance(correct, p),
    circularity: circularity(W_E),
    effective_rank: { W_E: effectiveRank(svd.W_E.S), W_L: effectiveRank(svd.W_logit.S) },
    ablation_loss_all: {
      head_zeroed: Array.from({ length: config.n_heads }, (_, h) => lossOf(withoutHead(config, weights, h))),
      mlp_skip_zeroed: scoreRows(all, { byPair: withoutSkip }).loss,
      mlp_zeroed: lossOf(withoutMlp(weights)),
    },
    embedding_frequency_loss_all: {
      only_key: lossOf(withOnlyFrequencies(config, weights, key)),
      each_key_dropped: Object.fromEntries(
        key.map((k) => [k, lossOf(withoutFrequencies(config, weights, [k]))]),
      ),
      all_key_dropped: lossOf(withoutFrequencies(config, weights, key)),
    },
    mean_attention_from_equals: meanAttentionFromEquals(network.pattern),
    gradient_symmetricity: gradientSymmetricity(network, weights),
  };
}

/** Mean over pairs of patterns [pairs, n_heads * 3]: [head][position]. */
function meanAttentionFromEquals(pattern: Matrix): number[][] {
  const means = columnMeans(pattern);
  return Array.from({ length: means.length / N_CTX }, (_, h) =>
    Array.from(means.subarray(h * N_CTX, (h + 1) * N_CTX)),
  );
}

/** What both trees have at the leaves, by path; a list is one leaf. */
function leaves(tree: unknown, path: string[] = []): [string, unknown][] {
  const isList = Array.isArray(tree) || ArrayBuffer.isView(tree);
  if (typeof tree !== 'object' || tree === null || isList) return [[path.join('.'), tree]];
  return Object.entries(tree).flatMap(([name, value]) => leaves(value, [...path, name]));
}

const numbers = (value: unknown): (number | null)[] =>
  typeof value === 'number' ? [value] : ([...(value as Iterable<unknown>)].flat(2) as (number | null)[]);

test('every measure of the trained p = 53 network, under the names of its JSON', async (t) => {
  const found = new Map(leaves(measure()));
  const expected = leaves(golden);
  assert.equal(p, goldenP);
  assert.equal(expected.length, 66, 'numbers and lists of the JSON');
  for (const [path, value] of expected)
    await t.test(path, () => {
      assert.ok(found.has(path), 'nothing measures it');
      const [actual, wanted] = [numbers(found.get(path)), numbers(value)];
      if (wanted.every((x) => Number.isInteger(x) || x === null)) assert.deepEqual(actual, wanted);
      else {
        // A loss below 1e-6 is the difference of nearly equal numbers in the float32 network that the JSON is of.
        const isTiny = path.includes('loss') && wanted.every((x) => x !== null && x < 1e-6);
        const nan = (x: number | null): number => x ?? NaN;
        assertClose(path, actual.map(nan), wanted.map(nan), { rtol: isTiny ? 1e-3 : 1e-4, ofLargest: 1e-6 });
      }
    });
});

test('the spectrum does not depend on signs, and the sum of columns does', () => {
  const { U } = svd.W_E;
  const flipped = { ...U, data: U.data.map((x, i) => (i % U.columns === 1 ? -x : x)) };
  const [before, after] = [singularVectorSpectra(U, 8), singularVectorSpectra(flipped, 8)];
  assertClose('sign-free', after.signFree, before.signFree, { atol: 1e-12 });
  assertClose('per column', after.perColumn.data, before.perColumn.data, { atol: 1e-12 });
  const moved = after.ofSum.some((x, k) => Math.abs(x - before.ofSum[k]!) > 1e-3);
  assert.ok(moved, 'flipping one column changes the spectrum of the sum');
});

test('W_neur is W_E W_V W_O W_in of each head', () => {
  const maps = neuronMap(config, weights);
  const { d_model, d_head, d_mlp, n_heads } = config;
  assert.equal(maps.length, n_heads);
  const { W_V, W_O, W_in } = weights;
  for (const [h, a, neuron] of [
    [0, 0, 0],
    [n_heads - 1, 52, d_mlp - 1],
    [1, 7, 300],
  ] as const) {
    let expected = 0;
    for (let j = 0; j < d_head; j++) {
      let [value, effect] = [0, 0];
      for (let i = 0; i < d_model; i++) {
        value += weights.W_E.data[a * d_model + i]! * W_V.data[(h * d_model + i) * d_head + j]!;
        effect += W_O.data[(h * d_head + j) * d_model + i]! * W_in.data[i * d_mlp + neuron]!;
      }
      expected += value * effect;
    }
    assertClose(`head ${h}, a ${a}, neuron ${neuron}`, [maps[h]!.data[a * d_mlp + neuron]!], [expected], {
      rtol: 1e-9,
    });
  }
});
