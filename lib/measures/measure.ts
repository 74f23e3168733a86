// What a checkpoint's neurons and logits over all pairs tell about the trigonometric algorithm: the same numbers that the
// logits stage has of the final network, arranged so that each activation is read once and only key frequencies are
// transformed.
import type { Weights } from '../network/config.ts';
import { createMatrix, toMatrix } from '../numerics/matrix.ts';
import { type Grid, type Line, LINES, type LineStatistics } from './line-sums.ts';
import { cosineLogits, logitCosineCoefficients } from './logit-cosines.ts';
import { scoreExcluded, scoreSets, SET_NAMES, type Sets, type SetScores } from './losses.ts';
import { centredEnergy, neuronStatistics } from './neuron-statistics.ts';
import { distanceIrrelevance } from './pizza.ts';
import { projectOnTrig, restrictedLogits, trigPartThroughNeurons, trigRatio } from './trig-part.ts';

/** Activations at `=` over the whole grid: neurons before the ReLU [p*p, d_mlp], logits [p*p, p]. */
export interface Activations {
  readonly pre: Grid;
  readonly logits: Grid;
}

/** The full network alone, for operations whose answers follow no line of the grid. */
export const measureLosses = (sets: Sets, logits: Grid): Measures => ({
  scalars: named(['loss', 'accuracy'], scoreExcluded(sets, logits, [null])[0]!),
  lists: {},
});

export function measureAnswers(
  weights: Weights,
  { pre, logits }: Activations,
  sets: Sets,
  key: readonly number[],
  line: Line,
): Measures {
  const p = logits.columns;
  const neurons = neuronStatistics(pre, line);
  const ofLogits = logitStatistics(logits, line);
  const maps = { W_out: toMatrix(weights.W_out), W_U: toMatrix(weights.W_U) };
  const parts = {
    logits: projectOnTrig(ofLogits.sums, key),
    neurons: trigPartThroughNeurons(neurons.post.sums, maps, key),
  };
  const [full, withoutLogits, withoutNeurons] = scoreExcluded(sets, logits, [
    null,
    parts.logits,
    parts.neurons,
  ]) as [SetScores, SetScores, SetScores];
  const coefficients = logitCosineCoefficients(ofLogits.sums);
  const explained = key.reduce((sum, k) => sum + coefficients[k - 1]! ** 2, 0);
  const correct = Float64Array.from(sets.all.label, (c, i) => logits.data[i * p + c]!);
  const restricted = (part: keyof typeof parts): SetScores =>
    scoreSets(sets, restrictedLogits(ofLogits.sums, parts[part]));
  return {
    scalars: {
      ...named(['loss', 'accuracy'], full),
      ...named(['restricted_loss_logits', 'restricted_accuracy_logits'], restricted('logits')),
      ...named(['restricted_loss_neurons', 'restricted_accuracy_neurons'], restricted('neurons')),
      ...named(['excluded_loss_logits', 'excluded_accuracy_logits'], withoutLogits),
      ...named(['excluded_loss_neurons', 'excluded_accuracy_neurons'], withoutNeurons),
      ...named(
        ['loss_of_cosine_logits', 'accuracy_of_cosine_logits'],
        scoreSets(sets, { byAnswer: cosineLogits(p, coefficients, key) }),
      ),
      logit_explained_by_key: explained / ofLogits.uncentred,
      logit_explained_by_key_centred: explained / ofLogits.centred,
      trig_ratio_neuron_pre: trigRatio(neurons.pre, key),
      trig_ratio_neuron_post: trigRatio(neurons.post, key),
      trig_ratio_logits: trigRatio(ofLogits, key),
      distance_irrelevance: distanceIrrelevance(correct, p, line),
    },
    lists: { logit_cosine_coefficients: coefficients },
  };
}

/** Losses and accuracies under their two names, a column a set. */
const named = ([loss, accuracy]: readonly [string, string], scores: SetScores): Record<string, number> =>
  Object.fromEntries([
    ...SET_NAMES.map((set) => [`${loss}_${set}`, scores.loss[set]]),
    ...SET_NAMES.map((set) => [`${accuracy}_${set}`, scores.accuracy[set]]),
  ]);

/** Line statistics of the logits, and their squared norm as they are and with the mean over c taken from each row. */
function logitStatistics(
  { columns: p, data }: Grid,
  line: Line,
): LineStatistics & { readonly uncentred: number; readonly centred: number } {
  const sums = createMatrix(p, p);
  const squares = new Float64Array(p);
  let means = 0;
  for (let a = 0; a < p; a++)
    for (let b = 0; b < p; b++) {
      const at = LINES[line](a, b, p) * p;
      const from = (a * p + b) * p;
      let total = 0;
      for (let c = 0; c < p; c++) {
        const x = data[from + c]!;
        sums.data[at + c] = sums.data[at + c]! + x;
        squares[c] = squares[c]! + x * x;
        total += x;
      }
      means += total ** 2 / p;
    }
  const uncentred = squares.reduce((sum, x) => sum + x, 0);
  return { sums, energy: centredEnergy(sums.data, squares, p), uncentred, centred: uncentred - means };
}

// What is measured of one checkpoint, by name.

export interface Measures {
  readonly scalars: Readonly<Record<string, number>>;
  readonly lists: Readonly<Record<string, Float64Array>>;
}
