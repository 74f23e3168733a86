// logits: what the answer is made of, and what is left of it when parts of the network are kept alone or taken out.
// Reads dataset/pairs.arrow and train/model.safetensors; key frequencies are those of W_logit above a quarter of the
// largest norm. Draws the two-dimensional spectrum of the logits, their cosine coefficients, excluded losses by frequency
// and the table of losses with size-matched random controls (Nanda et al. 2023; TransformerLens' demo; GROKVERSE).
import { writeFigure } from '../lib/artifacts/figure.ts';
import { logitsSummary } from '../lib/artifacts/logits.ts';
import { openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import type { Identity } from '../lib/engines/engine.ts';
import { fastestRunsOn, openFastest } from '../lib/engines/fastest.ts';
import { embeddingScores, partScores, randomFrequencies, scoreAblations } from '../lib/measures/ablations.ts';
import { answerLine, whyNotMeasured } from '../lib/measures/answer-line.ts';
import { transformGrid, withoutConstant } from '../lib/measures/grid-transform.ts';
import { keyOfLogitMap } from '../lib/measures/key-frequencies.ts';
import { lineSums } from '../lib/measures/line-sums.ts';
import { logitCosineCoefficients } from '../lib/measures/logit-cosines.ts';
import { meanScores, measureLogits, scoreParts, scoreTrigPart } from '../lib/measures/logit-measures.ts';
import type { Sets, SetScores } from '../lib/measures/losses.ts';
import { bestFrequencies, frequencyShares } from '../lib/measures/neuron-frequencies.ts';
import { TUNED } from '../lib/measures/thresholds.ts';
import { judgeClock, pizzaSummary } from '../lib/measures/verdict.ts';
import { embeddingInBasis, logitMap, logitMapInBasis, numberEmbedding } from '../lib/network/composites.ts';
import { flattenWeights, type ModelConfig, type Weights } from '../lib/network/config.ts';
import { runNetwork } from '../lib/network/forward.ts';
import { energyShare, fourierNorms, makeFourierBasis } from '../lib/numerics/fourier-basis.ts';
import { gaussianControl } from '../lib/numerics/gaussian-control.ts';
import { frobeniusNorm, type Matrix, rowNorms } from '../lib/numerics/matrix.ts';
import { stage } from '../lib/runner/stage.ts';
import {
  cosineBars,
  excludedLines,
  logitSpectra,
  type NamedScores,
  scoreTable,
  verdictTable,
} from './logits.figures.ts';
import { params } from './logits.params.ts';

const CONTROL_SEED = 0;

/** What summary.json has where the formulas do not hold. */
const NOT_MEASURED = {
  verdict: null,
  key_used: null,
  logit_cosine_coefficients: null,
  logit_explained_by_key: null,
  restricted_loss_logits: null,
  restricted_loss_neurons: null,
  excluded_loss_logits: null,
  excluded_loss_neurons: null,
  trig_ratio: null,
  distance_irrelevance: null,
  gradient_symmetricity: null,
};

await stage(params, async ({ params, identity, needs, out, progress, runsOn, say }) => {
  const { config, weights, task, grid, train, test } = await openRun(needs);
  const { p } = config;
  const line = answerLine(task.operation);
  if (line === null) {
    const not_measured = whyNotMeasured(task.operation);
    say(not_measured);
    const { operation } = task;
    return writeSummary(out, logitsSummary, { p, operation, not_measured, ...NOT_MEASURED });
  }
  const sets = { all: grid, train, test };
  const basis = makeFourierBasis(p);
  const norms = fourierNorms(logitMapInBasis(basis, logitMap(weights)));
  const key = keyOfLogitMap(norms);
  const random = randomFrequencies(p, key, params.controls, params.seed);

  const network = runNetwork(config, weights);
  progress(1, 4, 'measures');
  const measures = measureLogits(network, weights, sets, key, line);
  const parts = scoreParts(network, weights, sets, key, line);
  const partControls = random.map((frequencies) => scoreTrigPart(network, sets, frequencies, line));
  const controlOf = (name: 'restricted_logits' | 'excluded_logits'): SetScores =>
    meanScores(partControls.map((of) => of[name]));

  progress(2, 4, 'ablations');
  runsOn(await fastestRunsOn());
  const evaluator = await openEvaluator(config, sets, identity);
  const ablated = await scoreAblations(evaluator.score, config, weights, key, random);
  evaluator.close();

  progress(3, 4, 'figures');
  const control = gaussianControl(network.logits, CONTROL_SEED);
  const spectrum = (logits: Matrix): Float64Array =>
    rowNorms(withoutConstant(transformGrid(basis.F, logits)));
  await writeFigure(
    out,
    'logit_spectrum',
    logitSpectra(basis.names, spectrum(network.logits), spectrum(control)),
  );
  const controlCosines = Array.from(
    logitCosineCoefficients(lineSums(control, line)),
    (alpha) => alpha / frobeniusNorm(control),
  );
  const explained = measures.logit_explained_by_key.uncentred;
  const cosines = cosineBars(measures.logit_cosine_similarity, controlCosines, key, explained);
  await writeFigure(out, 'logit_cosine_similarity', cosines);
  const perFrequency = measures.excluded_loss_logits_per_frequency_train;
  const excluded = excludedLines(perFrequency, parts.full.loss.train, parts.excluded_logits.loss.train);
  await writeFigure(out, 'excluded_loss', excluded);
  const chance = `${random[0]!.length} random k`;
  const rows: NamedScores[] = [
    { name: 'full network', scores: parts.full },
    { name: 'cosines of key k only', scores: parts.cosines },
    { name: 'restricted, logits', scores: parts.restricted_logits },
    { name: 'restricted, neurons', scores: parts.restricted_neurons },
    { name: `restricted, logits, ${chance}`, scores: controlOf('restricted_logits') },
    { name: 'excluded, logits', scores: parts.excluded_logits },
    { name: 'excluded, neurons', scores: parts.excluded_neurons },
    { name: `excluded, logits, ${chance}`, scores: controlOf('excluded_logits') },
    ...ablated.heads.map((scores, h) => ({ name: `without head ${h}`, scores })),
    { name: 'without the skip past the MLP', scores: parts.mlp_skip_zeroed },
    { name: 'without the MLP', scores: ablated.mlp },
    ...key.map((k, i) => ({ name: `W_E without k = ${k}`, scores: ablated.each_dropped[i]! })),
    { name: 'W_E without all key k', scores: ablated.all_dropped },
    { name: `W_E without ${chance}`, scores: meanScores(ablated.random_dropped) },
    { name: 'W_E of key k only', scores: ablated.only_key },
    { name: `W_E of ${chance} only`, scores: meanScores(ablated.only_random) },
  ];
  await writeFigure(out, 'losses', scoreTable('loss', rows, p));
  await writeFigure(out, 'accuracies', scoreTable('accuracy', rows, p));

  const evidence = {
    p,
    test_accuracy: parts.full.accuracy.test,
    key_frequencies: key.length,
    energy_in_key_frequencies_W_E: energyShare(
      fourierNorms(embeddingInBasis(basis, numberEmbedding(config, weights))),
      key,
    ),
    energy_in_key_frequencies_W_L: energyShare(norms, key),
    logit_explained: explained,
    restricted_loss: parts.restricted_logits.loss.all,
    full_loss: parts.full.loss.all,
    excluded_loss: parts.excluded_logits.loss.train,
    neurons_in_clusters: shareInClusters(network.post),
    gradient_symmetricity: measures.gradient_symmetricity,
    distance_irrelevance: measures.distance_irrelevance,
    circularity: measures.circularity,
  };
  const { clock, rule, criteria } = judgeClock(evidence);
  await writeFigure(out, 'verdict', verdictTable(clock, rule, criteria));

  await writeSummary(out, logitsSummary, {
    p,
    operation: task.operation,
    not_measured: null,
    verdict: { clock, rule, criteria, pizza: pizzaSummary(evidence) },
    key_used: key,
    ...parts.full,
    loss_of_cosine_logits: parts.cosines.loss.all,
    restricted_loss_logits: parts.restricted_logits.loss,
    restricted_accuracy_logits: parts.restricted_logits.accuracy,
    restricted_loss_neurons: parts.restricted_neurons.loss,
    restricted_accuracy_neurons: parts.restricted_neurons.accuracy,
    excluded_loss_logits: parts.excluded_logits.loss,
    excluded_accuracy_logits: parts.excluded_logits.accuracy,
    excluded_loss_neurons: parts.excluded_neurons.loss,
    excluded_accuracy_neurons: parts.excluded_neurons.accuracy,
    ablation_loss_all: partScores('loss', ablated, parts.mlp_skip_zeroed),
    embedding_frequency_loss_all: embeddingScores('loss', key, ablated),
    ablation_accuracy_all: partScores('accuracy', ablated, parts.mlp_skip_zeroed),
    embedding_frequency_accuracy_all: embeddingScores('accuracy', key, ablated),
    controls: {
      frequencies: random,
      logit_explained: explainedBy(measures.logit_cosine_similarity, random),
      restricted_loss_logits: controlOf('restricted_logits').loss,
      excluded_loss_logits: controlOf('excluded_logits').loss,
      embedding_loss_all: {
        only: ablated.only_random.map(({ loss }) => loss.all),
        dropped: ablated.random_dropped.map(({ loss }) => loss.all),
      },
    },
    ...measures,
  });
});

/** Share of all neurons that one frequency explains by more than TUNED. */
function shareInClusters(post: Matrix): number {
  const best = bestFrequencies(frequencyShares(post));
  return best.filter((neuron) => neuron && neuron.fraction > TUNED).length / best.length;
}

/** Scores of networks with changed weights, by an engine. */
async function openEvaluator(config: ModelConfig, sets: Sets, identity: Identity) {
  const engine = await openFastest(config, identity);
  const score = async (weights: Weights): Promise<SetScores> => {
    engine.writeState({ weights: flattenWeights(config, weights) });
    const [all, train, test] = [
      await engine.evaluate(sets.all),
      await engine.evaluate(sets.train),
      await engine.evaluate(sets.test),
    ];
    return {
      loss: { all: all.loss, train: train.loss, test: test.loss },
      accuracy: { all: all.accuracy, train: train.accuracy, test: test.accuracy },
    };
  };
  return { score, close: () => engine.close() };
}

/** Share of the logits' squared norm in the cosines of each draw of frequencies. */
function explainedBy(similarity: readonly number[], draws: readonly (readonly number[])[]): number[] {
  return draws.map((frequencies) => frequencies.reduce((sum, k) => sum + similarity[k - 1]! ** 2, 0));
}
