// logits: which frequencies the logits consist of, and the losses when a part of the network is taken out or nothing
// else kept. Reads what the stage measures found for the trained network. Runs the network (dataset/pairs.arrow,
// train/model.safetensors) for ablations and for random controls of the same size, which depend on the params of this
// stage. Draws the two-dimensional spectrum of the logits, their cosine coefficients, excluded losses by frequency, the
// table of losses and the verdict (Nanda et al. 2023; TransformerLens' demo; GROKVERSE).
import { writeFigure } from '../lib/artifacts/figure.ts';
import { logitsSummary } from '../lib/artifacts/logits.ts';
import { readLast, type LastMeasures } from '../lib/artifacts/measures.ts';
import { folderOf, openRun } from '../lib/artifacts/run.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { fastestRunsOn } from '../lib/engines/fastest.ts';
import { randomFrequencies, scoreAblations } from '../lib/measures/ablations.ts';
import type { Values } from '../lib/measures/columns.ts';
import { transformGrid, withoutConstant } from '../lib/measures/grid-transform.ts';
import { viewGroup, type GroupView } from '../lib/measures/group-view.ts';
import { insideOf, lineSums, type Grid } from '../lib/measures/line-sums.ts';
import { logitCosineCoefficients } from '../lib/measures/logit-cosines.ts';
import { judgeClock, pizzaSummary, type Evidence } from '../lib/measures/verdict.ts';
import { runNetwork } from '../lib/network/forward.ts';
import { makeFourierBasis } from '../lib/numerics/fourier-basis.ts';
import { gaussianControl } from '../lib/numerics/gaussian-control.ts';
import { createMatrix, firstColumns, frobeniusNorm, rowNorms, type Matrix } from '../lib/numerics/matrix.ts';
import { stage } from '../lib/runner/stage.ts';
import { cosineBars, excludedLines, logitSpectra, scoreTable, verdictTable } from './logits.figures.ts';
import { params } from './logits.params.ts';
import {
  controlsSummary,
  measuredScores,
  openEvaluator,
  scoreControls,
  scoreRows,
  scoresSummary,
  scoreWithoutSkip,
  type MeasuredScores,
} from './logits.scores.ts';

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
  const { key, ...last } = await readLast(folderOf(needs, 'measures'), run.task);
  if (key === null) {
    const not_measured = view.why!;
    say(not_measured);
    return writeSummary(out, logitsSummary, { ...ofNetwork, not_measured, ...NOT_MEASURED });
  }
  const weights = view.renumber(carrying.weights);
  const random = randomFrequencies(view.n, key, params.controls, params.seed);

  const network = runNetwork(config, weights, view.pairs);
  progress(1, 4, 'controls');
  const measured = measuredScores(last.values);
  const withoutSkip = scoreWithoutSkip(view, network);
  const controls = scoreControls(view, network.logits, random);

  progress(2, 4, 'ablations');
  runsOn(await fastestRunsOn());
  const evaluator = await openEvaluator(config, view, identity);
  const ablated = await scoreAblations(evaluator.score, config, weights, view.n, key, random);
  evaluator.close();
  const scores = { ...measured, withoutSkip, controls, ablated };

  progress(3, 4, 'figures');
  const similarity = await drawFrequencies(out, view, network.logits, { key, ...last });
  await drawExcluded(out, view, measured, { key, ...last });
  const rows = scoreRows(scores, key, random[0]!.length);
  await writeFigure(out, 'losses', scoreTable('loss', rows, config.p, view.sets));
  await writeFigure(out, 'accuracies', scoreTable('accuracy', rows, config.p, view.sets));
  const evidence = evidenceOf(config.p, view, measured, { key, ...last });
  const { clock, rule, criteria } = judgeClock(evidence);
  await writeFigure(out, 'verdict', verdictTable(clock, rule, criteria));

  await writeSummary(out, logitsSummary, {
    ...ofNetwork,
    not_measured: null,
    verdict: { clock, rule, criteria, pizza: pizzaSummary(evidence) },
    key_used: key,
    ...scoresSummary(scores, last.values, key),
    controls: {
      frequencies: random,
      logit_explained: explainedBy(similarity, random),
      ...controlsSummary(scores),
    },
    ...frequencySummary(view, similarity, last),
    distance_irrelevance: evidence.distance_irrelevance,
    circularity: evidence.circularity,
    gradient_symmetricity: evidence.gradient_symmetricity,
  });
});

/** What the stage measures found for a network with a group. */
type Measured = LastMeasures & { readonly key: readonly number[] };

function numberIn(values: Values, name: string): number {
  return values[name] as number;
}

/**
 * Draws the two-dimensional spectrum of the logits and their similarity to each cosine; returns the similarity by
 * frequency.
 */
async function drawFrequencies(
  out: string,
  { n, words }: GroupView,
  network: Matrix,
  { key, values, list }: Measured,
): Promise<number[]> {
  const logits = firstColumns(asMatrix(insideOf(network, n)), n);
  const control = gaussianControl(logits, CONTROL_SEED);
  const basis = makeFourierBasis(n);
  const spectrum = (of: Matrix): Float64Array => rowNorms(withoutConstant(transformGrid(basis.F, of)));
  await writeFigure(out, 'logit_spectrum', logitSpectra(basis.names, spectrum(logits), spectrum(control)));
  const controlCosines = Array.from(
    logitCosineCoefficients(lineSums(control, 'a + b')),
    (alpha) => alpha / frobeniusNorm(control),
  );
  const explained = numberIn(values, 'logit_explained_by_key');
  const norm = frobeniusNorm(logits);
  const similarity = list('logit_cosine_coefficients').map((alpha) => alpha / norm);
  await writeFigure(
    out,
    'logit_cosine_similarity',
    cosineBars(similarity, controlCosines, key, explained, words),
  );
  return similarity;
}

/** The excluded loss by frequency is of the train pairs, or of all pairs if the split is not known. */
function setOfExcluded({ sets }: GroupView): 'train' | 'all' {
  return sets.length > 1 ? 'train' : 'all';
}

function excludedOf({ list }: Pick<LastMeasures, 'list'>, set: 'train' | 'all'): number[] {
  return list(`excluded_loss_logits_per_frequency_${set}`);
}

async function drawExcluded(
  out: string,
  view: GroupView,
  { full, excluded }: MeasuredScores,
  measured: Measured,
): Promise<void> {
  const set = setOfExcluded(view);
  const losses = excludedOf(measured, set);
  const figure = excludedLines(set, losses, full.loss[set], excluded.loss[set], measured.key, view.words);
  await writeFigure(out, 'excluded_loss', figure);
}

function evidenceOf(
  p: number,
  { sets }: GroupView,
  { full, restricted, excluded, withoutCosines }: MeasuredScores,
  { key, values }: Measured,
): Evidence {
  const [trained, heldOut] = sets.length > 1 ? (['train', 'test'] as const) : (['all', 'all'] as const);
  const number = (name: string): number => numberIn(values, name);
  return {
    answers: p,
    of: heldOut,
    accuracy: number(`accuracy_${heldOut}`),
    key_frequencies: key.length,
    energy_in_key_frequencies_W_E: number('energy_in_key_frequencies_W_E'),
    energy_in_key_frequencies_W_logit: number('energy_in_key_frequencies_W_logit'),
    logit_explained: number('logit_explained_by_key'),
    restricted_loss: restricted.loss.all,
    full_loss: full.loss.all,
    excluded_loss: excluded.loss[trained],
    excluded_loss_cosines: withoutCosines.loss[trained],
    neurons_in_clusters: number('tuned_neurons'),
    gradient_symmetricity: number('gradient_symmetricity'),
    distance_irrelevance: number('distance_irrelevance'),
    circularity: number('circularity'),
  };
}

/** Fields of summary.json that are by frequency, or about how trigonometric the network is. */
function frequencySummary(
  view: GroupView,
  similarity: readonly number[],
  last: Pick<LastMeasures, 'values' | 'list'>,
) {
  const number = (name: string): number => numberIn(last.values, name);
  return {
    logit_cosine_coefficients: last.list('logit_cosine_coefficients'),
    logit_cosine_similarity: similarity,
    logit_explained_by_key: {
      uncentred: number('logit_explained_by_key'),
      centred: number('logit_explained_by_key_centred'),
    },
    excluded_loss_logits_per_frequency_train:
      setOfExcluded(view) === 'train' ? excludedOf(last, 'train') : null,
    excluded_loss_logits_per_frequency_all: excludedOf(last, 'all'),
    trig_ratio: {
      neuron_pre: number('trig_ratio_neuron_pre'),
      neuron_post: number('trig_ratio_neuron_post'),
      logits: number('trig_ratio_logits'),
    },
  };
}

function asMatrix({ rows, columns, data }: Grid): Matrix {
  return createMatrix(rows, columns, Float64Array.from(data));
}

/** Share of the logits' squared norm in the cosines of each draw of frequencies. */
function explainedBy(similarity: readonly number[], draws: readonly (readonly number[])[]): number[] {
  return draws.map((frequencies) => frequencies.reduce((sum, k) => sum + similarity[k - 1]! ** 2, 0));
}
