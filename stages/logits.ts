// logits: which frequencies the logits consist of, and the losses when a part of the network is taken out or nothing else kept.
// Reads what the stage measures found for the trained network. Runs the network (dataset/pairs.arrow, train/model.safetensors)
// for ablations and for random controls of the same size, which depend on the params of this stage. Draws the two-dimensional
// spectrum of the logits, their cosine coefficients, excluded losses by frequency, the table of losses and the verdict (Nanda
// et al. 2023; TransformerLens' demo; GROKVERSE).
import { writeFigure } from '../lib/artifacts/figure.ts';
import { logitsSummary } from '../lib/artifacts/logits.ts';
import { readLast } from '../lib/artifacts/measures.ts';
import { folderOf, openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import type { Identity } from '../lib/engines/engine.ts';
import { fastestRunsOn, openFastest } from '../lib/engines/fastest.ts';
import { embeddingScores, partScores, randomFrequencies, scoreAblations } from '../lib/measures/ablations.ts';
import { transformGrid, withoutConstant } from '../lib/measures/grid-transform.ts';
import { pairsAt, viewGroup, type GroupView, type SetName } from '../lib/measures/group-view.ts';
import { meanScores, scoreTrigPart } from '../lib/measures/last.ts';
import { insideOf, lineSums, type Grid } from '../lib/measures/line-sums.ts';
import { logitCosineCoefficients } from '../lib/measures/logit-cosines.ts';
import { scoreExcluded, type LossBySet } from '../lib/measures/losses.ts';
import { bySet } from '../lib/measures/columns.ts';
import { judgeClock, pizzaSummary } from '../lib/measures/verdict.ts';
import { flattenWeights, type ModelConfig, type Weights } from '../lib/network/config.ts';
import { runNetwork } from '../lib/network/forward.ts';
import type { Score } from '../lib/network/loss.ts';
import { makeFourierBasis } from '../lib/numerics/fourier-basis.ts';
import { gaussianControl } from '../lib/numerics/gaussian-control.ts';
import { createMatrix, firstColumns, frobeniusNorm, rowNorms, type Matrix } from '../lib/numerics/matrix.ts';
import { stage } from '../lib/runner/stage.ts';
import {
  cosineBars,
  excludedLines,
  logitSpectra,
  scoreTable,
  verdictTable,
  type NamedScores,
} from './logits.figures.ts';
import { params } from './logits.params.ts';

const CONTROL_SEED = 0;

/** Fields of summary.json for a task without a group, in which the formulas do not hold. */
const NOT_MEASURED = {
  verdict: null,
  key_used: null,
  logit_cosine_coefficients: null,
  logit_explained_by_key: null,
  restricted_loss_logits: null,
  restricted_loss_neurons: null,
  excluded_loss_logits: null,
  excluded_loss_neurons: null,
  excluded_loss_cosines: null,
  trig_ratio: null,
  distance_irrelevance: null,
  gradient_symmetricity: null,
};

await stage(params, async ({ params, identity, needs, out, progress, runsOn, say }) => {
  const { carrying, ...run } = await openRun(needs);
  const { config } = carrying;
  const view = viewGroup(run);
  const ofNetwork = { p: config.p, operation: run.task.operation };
  const { key, values, list } = await readLast(folderOf(needs, 'measures'), run.task);
  if (key === null) {
    const not_measured = view.why!;
    say(not_measured);
    return writeSummary(out, logitsSummary, { ...ofNetwork, not_measured, ...NOT_MEASURED });
  }
  const { n, inside, sets } = view;
  const weights = view.renumber(carrying.weights);
  const random = randomFrequencies(n, key, params.controls, params.seed);

  const network = runNetwork(config, weights, view.pairs);
  progress(1, 4, 'controls');
  const number = (name: string): number => values[name] as number;
  const lossAndAccuracy = (loss: string, accuracy: string): LossBySet => ({
    loss: bySet(values, loss),
    accuracy: bySet(values, accuracy),
  });
  const full = lossAndAccuracy('loss_in_group', 'accuracy_in_group');
  const [withoutSkip] = scoreExcluded(inside, minus(network.logits, network.skip), [null]) as [LossBySet];
  const partControls = random.map((frequencies) => scoreTrigPart(view, network.logits, frequencies));
  const controlOf = (name: 'restricted' | 'excluded'): LossBySet =>
    meanScores(partControls.map((of) => of[name]));

  progress(2, 4, 'ablations');
  runsOn(await fastestRunsOn());
  const evaluator = await openEvaluator(config, view, identity);
  const ablated = await scoreAblations(evaluator.score, config, weights, n, key, random);
  evaluator.close();

  progress(3, 4, 'figures');
  const logits = firstColumns(asMatrix(insideOf(network.logits, n)), n);
  const control = gaussianControl(logits, CONTROL_SEED);
  const basis = makeFourierBasis(n);
  const spectrum = (of: Matrix): Float64Array => rowNorms(withoutConstant(transformGrid(basis.F, of)));
  await writeFigure(out, 'logit_spectrum', logitSpectra(basis.names, spectrum(logits), spectrum(control)));
  const controlCosines = Array.from(
    logitCosineCoefficients(lineSums(control, 'a + b')),
    (alpha) => alpha / frobeniusNorm(control),
  );
  const explained = number('logit_explained_by_key');
  const coefficients = list('logit_cosine_coefficients');
  const similarity = coefficients.map((alpha) => alpha / frobeniusNorm(logits));
  await writeFigure(
    out,
    'logit_cosine_similarity',
    cosineBars(similarity, controlCosines, key, explained, view.words),
  );
  const excluded = lossAndAccuracy('excluded_loss_logits', 'excluded_accuracy_logits');
  const excludedOf = (set: 'train' | 'all'): number[] => list(`excluded_loss_logits_per_frequency_${set}`);
  const set = sets.length > 1 ? 'train' : 'all';
  await writeFigure(
    out,
    'excluded_loss',
    excludedLines(set, excludedOf(set), full.loss[set], excluded.loss[set], key, view.words),
  );
  const chance = `${random[0]!.length} random k`;
  const cosines = lossAndAccuracy('loss_of_cosine_logits', 'accuracy_of_cosine_logits');
  const withoutCosines = lossAndAccuracy('excluded_loss_cosines', 'excluded_accuracy_cosines');
  const restricted = lossAndAccuracy('restricted_loss_logits', 'restricted_accuracy_logits');
  const restrictedNeurons = lossAndAccuracy('restricted_loss_neurons', 'restricted_accuracy_neurons');
  const excludedNeurons = lossAndAccuracy('excluded_loss_neurons', 'excluded_accuracy_neurons');
  const rows: NamedScores[] = [
    { name: 'full network', scores: full },
    { name: 'cosines of key k only', scores: cosines },
    { name: 'restricted, logits', scores: restricted },
    { name: 'restricted, neurons', scores: restrictedNeurons },
    { name: `restricted, logits, ${chance}`, scores: controlOf('restricted') },
    { name: 'without cosines of key k', scores: withoutCosines },
    { name: 'excluded, logits', scores: excluded },
    { name: 'excluded, neurons', scores: excludedNeurons },
    { name: `excluded, logits, ${chance}`, scores: controlOf('excluded') },
    ...ablated.heads.map((scores, h) => ({ name: `without head ${h}`, scores })),
    { name: 'without the skip past the MLP', scores: withoutSkip },
    { name: 'without the MLP', scores: ablated.mlp },
    ...key.map((k, i) => ({ name: `W_E without k = ${k}`, scores: ablated.each_dropped[i]! })),
    { name: 'W_E without all key k', scores: ablated.all_dropped },
    { name: `W_E without ${chance}`, scores: meanScores(ablated.random_dropped) },
    { name: 'W_E of key k only', scores: ablated.only_key },
    { name: `W_E of ${chance} only`, scores: meanScores(ablated.only_random) },
  ];
  await writeFigure(out, 'losses', scoreTable('loss', rows, config.p, sets));
  await writeFigure(out, 'accuracies', scoreTable('accuracy', rows, config.p, sets));

  const [trained, heldOut] = sets.length > 1 ? (['train', 'test'] as const) : (['all', 'all'] as const);
  const evidence = {
    answers: config.p,
    of: heldOut,
    accuracy: number(`accuracy_${heldOut}`),
    key_frequencies: key.length,
    energy_in_key_frequencies_W_E: number('energy_in_key_frequencies_W_E'),
    energy_in_key_frequencies_W_logit: number('energy_in_key_frequencies_W_logit'),
    logit_explained: explained,
    restricted_loss: restricted.loss.all,
    full_loss: full.loss.all,
    excluded_loss: excluded.loss[trained],
    excluded_loss_cosines: withoutCosines.loss[trained],
    neurons_in_clusters: number('tuned_neurons'),
    gradient_symmetricity: number('gradient_symmetricity'),
    distance_irrelevance: number('distance_irrelevance'),
    circularity: number('circularity'),
  };
  const { clock, rule, criteria } = judgeClock(evidence);
  await writeFigure(out, 'verdict', verdictTable(clock, rule, criteria));

  await writeSummary(out, logitsSummary, {
    ...ofNetwork,
    not_measured: null,
    verdict: { clock, rule, criteria, pizza: pizzaSummary(evidence) },
    key_used: key,
    ...lossAndAccuracy('loss', 'accuracy'),
    loss_in_group: full.loss,
    accuracy_in_group: full.accuracy,
    loss_of_cosine_logits: cosines.loss.all,
    restricted_loss_logits: restricted.loss,
    restricted_accuracy_logits: restricted.accuracy,
    restricted_loss_neurons: restrictedNeurons.loss,
    restricted_accuracy_neurons: restrictedNeurons.accuracy,
    excluded_loss_logits: excluded.loss,
    excluded_accuracy_logits: excluded.accuracy,
    excluded_loss_neurons: excludedNeurons.loss,
    excluded_accuracy_neurons: excludedNeurons.accuracy,
    excluded_loss_cosines: withoutCosines.loss,
    excluded_accuracy_cosines: withoutCosines.accuracy,
    ablation_loss_all: partScores('loss', ablated, withoutSkip),
    embedding_frequency_loss_all: embeddingScores('loss', key, ablated),
    ablation_accuracy_all: partScores('accuracy', ablated, withoutSkip),
    embedding_frequency_accuracy_all: embeddingScores('accuracy', key, ablated),
    controls: {
      frequencies: random,
      logit_explained: explainedBy(similarity, random),
      restricted_loss_logits: controlOf('restricted').loss,
      excluded_loss_logits: controlOf('excluded').loss,
      embedding_loss_all: {
        only: ablated.only_random.map(({ loss }) => loss.all),
        dropped: ablated.random_dropped.map(({ loss }) => loss.all),
      },
    },
    logit_cosine_coefficients: coefficients,
    logit_cosine_similarity: similarity,
    logit_explained_by_key: {
      uncentred: explained,
      centred: number('logit_explained_by_key_centred'),
    },
    excluded_loss_logits_per_frequency_train: set === 'train' ? excludedOf(set) : null,
    excluded_loss_logits_per_frequency_all: excludedOf('all'),
    trig_ratio: {
      neuron_pre: number('trig_ratio_neuron_pre'),
      neuron_post: number('trig_ratio_neuron_post'),
      logits: number('trig_ratio_logits'),
    },
    distance_irrelevance: evidence.distance_irrelevance,
    circularity: evidence.circularity,
    gradient_symmetricity: evidence.gradient_symmetricity,
  });
});

function minus(A: Matrix, B: Matrix): Matrix {
  const difference = A.data.map((x, i) => x - B.data[i]!);
  return createMatrix(A.rows, A.columns, difference);
}

function asMatrix({ rows, columns, data }: Grid): Matrix {
  return createMatrix(rows, columns, Float64Array.from(data));
}

/** Opens an engine that scores networks with changed weights over the pairs in the group. */
async function openEvaluator(config: ModelConfig, view: GroupView, identity: Identity) {
  const engine = await openFastest(config, identity);
  const row = Int32Array.from({ length: view.n ** 2 }, (_, i) => i);
  const pairs = {
    all: pairsAt(view, { row, label: view.pairs.label.subarray(0, row.length) }),
    train: pairsAt(view, view.inside.train),
    test: pairsAt(view, view.inside.test),
  };
  const of = async (set: SetName): Promise<Score> =>
    view.sets.includes(set) ? engine.evaluate(pairs[set]) : { loss: NaN, accuracy: NaN };
  const score = async (weights: Weights): Promise<LossBySet> => {
    engine.writeState({ weights: flattenWeights(config, weights) });
    const scores = { all: await of('all'), train: await of('train'), test: await of('test') };
    return {
      loss: { all: scores.all.loss, train: scores.train.loss, test: scores.test.loss },
      accuracy: { all: scores.all.accuracy, train: scores.train.accuracy, test: scores.test.accuracy },
    };
  };
  return { score, close: () => engine.close() };
}

/** Share of the logits' squared norm in the cosines of each draw of frequencies. */
function explainedBy(similarity: readonly number[], draws: readonly (readonly number[])[]): number[] {
  return draws.map((frequencies) => frequencies.reduce((sum, k) => sum + similarity[k - 1]! ** 2, 0));
}
