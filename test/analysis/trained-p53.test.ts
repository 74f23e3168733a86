// Every weight-only measure of the grokked p = 53 model of test/fixtures, against numbers made with NumPy in float64.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logitMap, neuronMap, numberEmbedding } from '../../lib/analysis/composites.ts';
import {
  embeddingInBasis,
  fourierNorms,
  logitMapInBasis,
  makeFourierBasis,
} from '../../lib/analysis/fourier.ts';
import { keyFrequencies } from '../../lib/analysis/key-frequencies.ts';
import { singularVectorSpectra } from '../../lib/analysis/singular-vector-spectra.ts';
import { computeSvd, effectiveRank } from '../../lib/analysis/svd.ts';
import { readModel } from '../../lib/model/model-file.ts';
import { assertClose } from '../assert-close.ts';

interface Golden {
  readonly singular_values_W_E: number[];
  readonly singular_values_W_L: number[];
  readonly singular_vector_spectrum_first8: number[];
  readonly fourier_norms_W_E: number[];
  readonly fourier_norms_W_L: number[];
  readonly effective_rank: { readonly W_E: number; readonly W_L: number };
  readonly key_frequencies: Record<'embedding_quarter_max' | 'logit_map_quarter_max', number[]>;
}

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const golden = JSON.parse(readFileSync(fixture('trained-p53.json'), 'utf8')) as Golden;
const { config, weights } = await readModel(fixture('trained-p53.safetensors'));
const W_E = numberEmbedding(config, weights);
const W_logit = logitMap(weights);
const basis = makeFourierBasis(config.p);
const norms = {
  W_E: fourierNorms(embeddingInBasis(basis, W_E)),
  W_logit: fourierNorms(logitMapInBasis(basis, W_logit)),
};
const svd = { W_E: computeSvd(W_E), W_logit: computeSvd(W_logit) };

const measure = { rtol: 1e-4, ofLargest: 1e-6 };

test('singular values of W_E and W_logit', () => {
  assertClose('W_E', svd.W_E.S, golden.singular_values_W_E, measure);
  assertClose('W_logit', svd.W_logit.S, golden.singular_values_W_L, measure);
});

test('effective rank', () => {
  const { W_E, W_L } = golden.effective_rank;
  assertClose('rank', [effectiveRank(svd.W_E.S), effectiveRank(svd.W_logit.S)], [W_E, W_L], measure);
});

test('norms in the Fourier basis', () => {
  assertClose('W_E', norms.W_E.all, golden.fourier_norms_W_E, measure);
  assertClose('W_logit', norms.W_logit.all, golden.fourier_norms_W_L, measure);
});

test('the sign-free spectrum of the first eight singular vectors', () => {
  const { signFree } = singularVectorSpectra(svd.W_E.U, 8);
  assertClose('spectrum', signFree, golden.singular_vector_spectrum_first8, measure);
});

test('key frequencies, the last frequency (26 = p//2) among them', () => {
  const { signFree } = singularVectorSpectra(svd.W_E.U, 8);
  const rules = keyFrequencies(norms.W_E, norms.W_logit, signFree);
  const { embedding_quarter_max, logit_map_quarter_max } = golden.key_frequencies;
  assert.deepEqual(rules.embedding_quarter_max, embedding_quarter_max);
  assert.deepEqual(rules.logit_map_quarter_max, logit_map_quarter_max);
  assert.deepEqual(rules.singular_vectors_quarter_max, embedding_quarter_max);
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
