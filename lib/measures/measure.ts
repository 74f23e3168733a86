// Computes the measures of a network, under the names of catalogue.ts. Checkpoints come with float32 activations from the
// kernel, the trained network with those of the float64 forward pass; the formulas are the same. Each activation is read
// once, and only key frequencies are transformed.
import type { ModelConfig, Weights } from '../network/config.ts';
import { createMatrix, firstColumns, toMatrix, type Matrix } from '../numerics/matrix.ts';
import type { Values } from './columns.ts';
import type { GroupView, SetName } from './group-view.ts';
import { insideOf, LINES, type Grid, type LineStatistics } from './line-sums.ts';
import { cosineLogits, logitCosineCoefficients } from './logit-cosines.ts';
import { joinSets, scoreAnswers, scoreExcluded, type LossBySet } from './losses.ts';
import { centredEnergy, neuronStatistics } from './neuron-statistics.ts';
import { distanceIrrelevance } from './pizza.ts';
import { projectOnTrig, trigPartThroughNeurons, trigRatio, withMean } from './trig-part.ts';
import { measureWeights } from './weights.ts';

/** Activations at `=` of a renumbered network on all pairs of its view. */
export interface Activations {
  /** Neurons before the ReLU, [pairs, d_mlp]; not needed if there are no key frequencies. */
  readonly pre?: Grid;
  /** [pairs, p] */
  readonly logits: Grid;
}

/**
 * Measures a network by its weights, renumbered to `view`, and by its activations, in which biases are included. `key`: its key
 * frequencies, null if there is no group.
 */
export function measure(
  view: GroupView,
  config: ModelConfig,
  weights: Weights,
  { pre, logits }: Activations,
  key: readonly number[] | null,
): Values {
  const answers =
    key && pre ? measureAnswers(view, weights, { pre, logits }, key) : measureLosses(view, logits);
  return { ...answers, ...measureWeights(view, config, weights, key) };
}

/** Losses and accuracies of the network as it is, over all pairs of the task. */
function measureLosses(view: GroupView, logits: Grid): Values {
  const [full] = scoreExcluded(view.inside, logits, [null]);
  return namer(view.sets)(['loss', 'accuracy'], withOutside(view, logits, full!));
}

function measureAnswers(
  view: GroupView,
  weights: Weights,
  activations: Required<Activations>,
  key: readonly number[],
): Values {
  const { n, inside: sets } = view;
  const named = namer(view.sets);
  const { columns } = activations.logits;
  const [pre, logits] = [insideOf(activations.pre, n), insideOf(activations.logits, n)];
  const neurons = neuronStatistics(pre);
  const ofLogits = logitStatistics(logits, n);
  const coefficients = logitCosineCoefficients(ofLogits.sums);
  const maps = { W_out: toMatrix(weights.W_out), W_U: toMatrix(weights.W_U) };
  const parts = {
    logits: projectOnTrig(ofLogits.sums, key),
    neurons: trigPartThroughNeurons(neurons.post.sums, maps, key),
    cosines: cosineLogits(n, coefficients, key, columns),
  };
  const [full, withoutLogits, withoutNeurons, withoutCosines] = scoreExcluded(sets, logits, [
    null,
    parts.logits,
    parts.neurons,
    parts.cosines,
  ]) as [LossBySet, LossBySet, LossBySet, LossBySet];
  const explained = key.reduce((sum, k) => sum + coefficients[k - 1]! ** 2, 0);
  const correct = Float64Array.from(
    { length: n * n },
    (_, i) => logits.data[i * columns + LINES['a + b'](Math.floor(i / n), i % n, n)]!,
  );
  const restricted = (part: Matrix): LossBySet => scoreAnswers(sets, withMean(ofLogits.sums, part));
  return {
    ...named(['loss', 'accuracy'], withOutside(view, activations.logits, full)),
    ...named(['loss_in_group', 'accuracy_in_group'], full),
    ...named(['restricted_loss_logits', 'restricted_accuracy_logits'], restricted(parts.logits)),
    ...named(['restricted_loss_neurons', 'restricted_accuracy_neurons'], restricted(parts.neurons)),
    ...named(['excluded_loss_logits', 'excluded_accuracy_logits'], withoutLogits),
    ...named(['excluded_loss_neurons', 'excluded_accuracy_neurons'], withoutNeurons),
    ...named(
      ['loss_of_cosine_logits', 'accuracy_of_cosine_logits'],
      scoreAnswers(sets, columns === n ? parts.cosines : firstColumns(parts.cosines, n)),
    ),
    ...named(['excluded_loss_cosines', 'excluded_accuracy_cosines'], withoutCosines),
    logit_explained_by_key: explained / ofLogits.uncentred,
    logit_explained_by_key_centred: explained / ofLogits.centred,
    trig_ratio_neuron_pre: trigRatio(neurons.pre, key),
    trig_ratio_neuron_post: trigRatio(neurons.post, key),
    trig_ratio_logits: trigRatio(ofLogits, key, n),
    distance_irrelevance: distanceIrrelevance(correct, n),
    logit_cosine_coefficients: coefficients,
  };
}

/** Scores over the pairs inside and outside the group together. */
function withOutside({ inside, outside }: GroupView, logits: Grid, ofInside: LossBySet): LossBySet {
  if (Object.values(outside).every(({ row }) => row.length === 0)) return ofInside;
  const [ofOutside] = scoreExcluded(outside, logits, [null]);
  return joinSets(inside, ofInside, outside, ofOutside!);
}

/** Returns a function that gives losses and accuracies their column names, one column for each set. */
const namer =
  (sets: readonly SetName[]) =>
  ([loss, accuracy]: readonly [string, string], scores: LossBySet): Record<string, number> =>
    Object.fromEntries([
      ...sets.map((set) => [`${loss}_${set}`, scores.loss[set]]),
      ...sets.map((set) => [`${accuracy}_${set}`, scores.accuracy[set]]),
    ]);

/**
 * Line statistics of the logits [n*n, columns]; and the squared norm of the columns of the n answers in the group, as they are
 * and with the mean over c subtracted from each row.
 */
function logitStatistics(
  { columns, data }: Grid,
  n: number,
): LineStatistics & { readonly uncentred: number; readonly centred: number } {
  const sums = createMatrix(n, columns);
  const squares = new Float64Array(columns);
  let means = 0;
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++) {
      const at = LINES['a + b'](a, b, n) * columns;
      const from = (a * n + b) * columns;
      let total = 0;
      for (let c = 0; c < columns; c++) {
        const x = data[from + c]!;
        sums.data[at + c] = sums.data[at + c]! + x;
        squares[c] = squares[c]! + x * x;
        total += x;
      }
      for (let c = n; c < columns; c++) total -= data[from + c]!;
      means += total ** 2 / n;
    }
  const uncentred = squares.subarray(0, n).reduce((sum, x) => sum + x, 0);
  return { sums, energy: centredEnergy(sums.data, squares, n), uncentred, centred: uncentred - means };
}
