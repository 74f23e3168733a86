// fourier: which frequencies the network computes with.
// Reads dataset/pairs.arrow (which operation) and train/model.safetensors. Draws the spectra of the first left singular
// vectors of W_E, the Fourier basis, and W_E and W_logit in that basis with the norms of their components (seed notebook,
// cells 43 to 47; TransformerLens' demo). Key frequencies, by every rule that needs only weights, are in summary.json.
import { viewGroup } from '../lib/measures/group-view.ts';
import { keyFrequencies, type KeyFrequencies } from '../lib/measures/key-frequencies.ts';
import { singularVectorSpectra } from '../lib/measures/singular-vector-spectra.ts';
import { sumSquaredWeights } from '../lib/measures/weights.ts';
import { writeFigure } from '../lib/artifacts/figure.ts';
import { withFormerNames } from '../lib/artifacts/former-names.ts';
import { fourierSummary } from '../lib/artifacts/fourier.ts';
import { openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { embeddingInBasis, logitMap, logitMapInBasis } from '../lib/network/composites.ts';
import {
  energyShare,
  fourierNorms,
  frequencyPower,
  makeFourierBasis,
} from '../lib/numerics/fourier-basis.ts';
import { gini } from '../lib/numerics/gini.ts';
import { toMatrix } from '../lib/numerics/matrix.ts';
import { computeSvd } from '../lib/numerics/svd.ts';
import { stage } from '../lib/runner/stage.ts';
import { axisInFigure, numberAxis } from '../lib/task/number-axis.ts';
import {
  embeddingMap,
  embeddingNorms,
  fourierBasis,
  outputMap,
  outputNorms,
  signFreeSpectrum,
  spectrumOfSum,
  spectrumPerColumn,
} from './fourier.figures.ts';
import { params } from './fourier.params.ts';

const NO_KEY_FREQUENCIES: KeyFrequencies = {
  embedding_quarter_max: [],
  logit_map_quarter_max: [],
  logit_map_tenth_max: [],
  logit_map_half_max: [],
  singular_vectors_quarter_max: [],
};

await stage(params, async ({ params, needs, out }) => {
  const { config, weights: asTrained, ...run } = await openRun(needs);
  const { p } = config;
  const axis = numberAxis(p, run.task.operation);
  const view = viewGroup(run);
  const { n } = view;
  const weights = view.renumber(asTrained);
  const W_E = toMatrix(weights.W_E, { rows: n });
  const basis = makeFourierBasis(n);
  const embedding = embeddingInBasis(basis, W_E);
  const output = logitMapInBasis(basis, logitMap(weights, n));
  const norms = { W_E: fourierNorms(embedding), W_logit: fourierNorms(output) };
  const spectra = singularVectorSpectra(computeSvd(W_E).U, params.components);
  const { components } = spectra;
  const isMeasured = view.why === null;
  // Any network has spectra, but only in a group does it follow that it computes with their peaks.
  const rules = keyFrequencies(norms.W_E, norms.W_logit, spectra.signFree);
  const key = isMeasured ? rules : NO_KEY_FREQUENCIES;

  const named = key.singular_vectors_quarter_max;
  await writeFigure(out, 'singular_vector_spectrum', spectrumOfSum(n, spectra, named));
  await writeFigure(out, 'singular_vector_spectrum_sign_free', signFreeSpectrum(spectra, named));
  await writeFigure(out, 'singular_vector_spectrum_per_column', spectrumPerColumn(n, spectra));
  const number = { ...axisInFigure(axis, 'a'), label: `number ${axis.label('a')}` };
  await writeFigure(out, 'fourier_basis', fourierBasis(basis, number));
  await writeFigure(out, 'W_E_fourier', embeddingMap(basis, embedding, key.embedding_quarter_max));
  await writeFigure(out, 'W_E_fourier_norms', embeddingNorms(norms.W_E, key.embedding_quarter_max));
  await writeFigure(out, 'W_logit_fourier', outputMap(basis, output, key.logit_map_quarter_max));
  await writeFigure(out, 'W_logit_fourier_norms', outputNorms(norms.W_logit, key.logit_map_quarter_max));

  const used = key.logit_map_quarter_max;
  const ifMeasured = <T>(value: T): T | null => (isMeasured ? value : null);
  const summary = withFormerNames({
    p,
    operation: run.task.operation,
    not_measured: view.why,
    order: ifMeasured(n),
    tokens_by_index: ifMeasured(Array.from(view.numbers.subarray(0, n))),
    frequencies: n >> 1,
    components,
    key_frequencies: ifMeasured(key),
    key_frequencies_by_all_rules: ifMeasured(
      used.filter((k) => Object.values(key).every((list) => list.includes(k))),
    ),
    energy_in_key_frequencies_W_E: ifMeasured(energyShare(norms.W_E, used)),
    energy_in_key_frequencies_W_logit: ifMeasured(energyShare(norms.W_logit, used)),
    gini: withFormerNames({
      power_per_frequency_W_E: gini(frequencyPower(norms.W_E)),
      component_norms_W_E: gini(norms.W_E.all),
      power_per_frequency_W_logit: gini(frequencyPower(norms.W_logit)),
      component_norms_W_logit: gini(norms.W_logit.all),
    }),
    sum_squared_weights: sumSquaredWeights(config, weights),
    ...{ [`singular_vector_spectrum_first${components}`]: Array.from(spectra.signFree) },
    fourier_norms_W_E: Array.from(norms.W_E.all),
    fourier_norms_W_logit: Array.from(norms.W_logit.all),
  });
  await writeSummary(out, fourierSummary, summary);
});
