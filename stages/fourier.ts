// fourier: which frequencies the network computes with.
// Reads dataset/pairs.arrow (which operation) and train/model.safetensors. Draws the spectra of the first left singular
// vectors of W_E, the Fourier basis, and W_E and W_logit in that basis with the norms of their components (seed notebook,
// cells 43 to 47; TransformerLens' demo). Key frequencies, by every rule that needs only weights, are in summary.json.
import { join } from 'node:path';
import { answerLine, whyNotMeasured } from '../lib/analysis/answer-line.ts';
import { logitMap, numberEmbedding } from '../lib/analysis/composites.ts';
import {
  embeddingInBasis,
  energyShare,
  fourierNorms,
  frequencyPower,
  logitMapInBasis,
  makeFourierBasis,
} from '../lib/analysis/fourier.ts';
import { gini } from '../lib/analysis/gini.ts';
import { keyFrequencies, type KeyFrequencies } from '../lib/analysis/key-frequencies.ts';
import { singularVectorSpectra } from '../lib/analysis/singular-vector-spectra.ts';
import { computeSvd } from '../lib/analysis/svd.ts';
import { sumSquaredWeights } from '../lib/analysis/weight-norms.ts';
import { writeSummary } from '../lib/files/summary.ts';
import { bars, barsTable, type BarsOptions } from '../lib/figures/bars.ts';
import { writeFigure } from '../lib/figures/figure.ts';
import { componentMap, normBars, spectrumBars } from '../lib/figures/fourier-figures.ts';
import { heatmap, heatmapTable, type HeatmapOptions } from '../lib/figures/heatmap.ts';
import { readModel } from '../lib/model/model-file.ts';
import { stage } from '../lib/runner/stage.ts';
import { readPairs } from '../lib/task/pairs.ts';
import { params } from './fourier.params.ts';

const NO_KEY_FREQUENCIES: KeyFrequencies = {
  embedding_quarter_max: [],
  logit_map_quarter_max: [],
  logit_map_tenth_max: [],
  logit_map_half_max: [],
  singular_vectors_quarter_max: [],
};

await stage(params, async ({ params, needs, out }) => {
  const { config, weights } = await readModel(join(needs['train']!, 'model.safetensors'));
  const { p } = config;
  const W_E = numberEmbedding(config, weights);
  const basis = makeFourierBasis(p);
  const embedding = embeddingInBasis(basis, W_E);
  const output = logitMapInBasis(basis, logitMap(weights));
  const norms = { W_E: fourierNorms(embedding), W_logit: fourierNorms(output) };
  const spectra = singularVectorSpectra(computeSvd(W_E).U, params.components);
  const { components } = spectra;
  const { operation } = (await readPairs(join(needs['dataset']!, 'pairs.arrow'))).task;
  const isMeasured = answerLine(operation) !== null;
  // Spectra are what they are; that the network computes with their peaks follows for a sum or a difference only.
  const rules = keyFrequencies(norms.W_E, norms.W_logit, spectra.signFree);
  const key = isMeasured ? rules : NO_KEY_FREQUENCIES;

  const drawBars = (name: string, y: string, options: BarsOptions): Promise<void> =>
    writeFigure(out, name, bars(options), barsTable(options, { series: 'component', x: 'frequency', y }));
  const drawMap = (name: string, options: HeatmapOptions): Promise<void> =>
    writeFigure(out, name, heatmap(options), heatmapTable(options));

  const columns = components === 1 ? 'the first column' : `the first ${components} columns`;
  await drawBars(
    'singular_vector_spectrum',
    'amplitude',
    spectrumBars(
      'Spectrum of the summed left singular vectors of W_E',
      `2/p |FFT(sum of ${columns} of U)|. Depends on signs: here the largest entry of each column is positive.`,
      'amplitude',
      spectra.ofSum,
      {
        named: key.singular_vectors_quarter_max,
        level: { y: Math.sqrt(2 / p), label: 'one pure sinusoid of norm 1' },
      },
    ),
  );
  await drawBars(
    'singular_vector_spectrum_sign_free',
    'magnitude',
    spectrumBars(
      'Spectrum of the left singular vectors of W_E, whatever their signs',
      `Square root of the sum of |FFT|² over ${columns} of U.`,
      'magnitude',
      spectra.signFree,
      {
        named: key.singular_vectors_quarter_max,
        level: { y: Math.max(...spectra.signFree.subarray(1)) / 4, label: 'a quarter of the largest' },
      },
    ),
  );
  await drawMap('singular_vector_spectrum_per_column', {
    title: 'Spectrum of each left singular vector of W_E',
    subtitle: `2/p |FFT(column of U)|; one pure sinusoid of norm 1 has ${Math.sqrt(2 / p).toFixed(3)}.`,
    x: { name: 'frequency', label: 'frequency k', length: (p >> 1) + 1 },
    y: { name: 'index', label: 'index of the singular value', length: components },
    colour: { name: 'amplitude', label: 'amplitude', signed: false },
    facets: [{ values: spectra.perColumn.data }],
    width: 720,
    height: Math.max(90, Math.min(480, 30 * components)),
  });
  await drawMap(
    'fourier_basis',
    componentMap(
      'Fourier basis',
      'Rows: Constant, Sin 1, Cos 1, Sin 2, ..., each of norm 1.',
      basis.F,
      basis.names,
      { name: 'a', label: 'number a' },
      'entry of the basis vector',
    ),
  );
  const quarter = { value: 1 / 4, name: 'a quarter' };
  await drawMap(
    'W_E_fourier',
    componentMap(
      'Embedding in the Fourier basis',
      'F W_E. Ticks stand at cosines; the sine of the same frequency is one row above.',
      embedding,
      basis.names,
      { name: 'd_model', label: 'residual dimension' },
      'coefficient',
      key.embedding_quarter_max,
    ),
  );
  await drawBars(
    'W_E_fourier_norms',
    'norm',
    normBars(
      'Embedding in the Fourier basis: norms',
      'L2 norm over the residual dimensions of each row of F W_E.',
      norms.W_E,
      { fraction: quarter, named: key.embedding_quarter_max },
    ),
  );
  await drawMap(
    'W_logit_fourier',
    componentMap(
      'W_logit in the Fourier basis of its output',
      'F (W_out W_U)ᵀ. Ticks stand at cosines; the sine of the same frequency is one row above.',
      output,
      basis.names,
      { name: 'neuron', label: 'neuron' },
      'coefficient',
      key.logit_map_quarter_max,
    ),
  );
  await drawBars(
    'W_logit_fourier_norms',
    'norm',
    normBars(
      'W_logit in the Fourier basis of its output: norms',
      'L2 norm over the neurons of each Fourier component of W_out W_U over the answers c.',
      norms.W_logit,
      { fraction: quarter, named: key.logit_map_quarter_max },
    ),
  );

  const used = key.logit_map_quarter_max;
  const ifMeasured = <T>(value: T): T | null => (isMeasured ? value : null);
  await writeSummary(out, {
    p,
    operation,
    not_measured: isMeasured ? null : whyNotMeasured(operation),
    frequencies: p >> 1,
    components,
    key_frequencies: ifMeasured(key),
    key_frequencies_by_all_rules: ifMeasured(
      used.filter((k) => Object.values(key).every((list) => list.includes(k))),
    ),
    energy_in_key_frequencies_W_E: ifMeasured(energyShare(norms.W_E, used)),
    energy_in_key_frequencies_W_L: ifMeasured(energyShare(norms.W_logit, used)),
    gini: {
      power_per_frequency_W_E: gini(frequencyPower(norms.W_E)),
      component_norms_W_E: gini(norms.W_E.all),
      power_per_frequency_W_L: gini(frequencyPower(norms.W_logit)),
      component_norms_W_L: gini(norms.W_logit.all),
    },
    sum_squared_weights: sumSquaredWeights(config, weights),
    [`singular_vector_spectrum_first${components}`]: Array.from(spectra.signFree),
    fourier_norms_W_E: Array.from(norms.W_E.all),
    fourier_norms_W_L: Array.from(norms.W_logit.all),
  });
});
