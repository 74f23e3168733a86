// The measures of the trained network: all of them, also those that need its float64 forward pass; and the scores with which
// random frequencies are compared.
import { toMatrix } from '../numerics/matrix.ts';
import { carryBiases, type Model } from '../network/biases.ts';
import type { Weights } from '../network/config.ts';
import { runNetwork, type Network } from '../network/forward.ts';
import { frequenciesOf } from '../numerics/fourier-basis.ts';
import type { GroupView, SetName } from './group-view.ts';
import { insideOf, lineSums, type Grid } from './line-sums.ts';
import { scoreAnswers, scoreExcluded, type LossBySet } from './losses.ts';
import type { Values } from './columns.ts';
import { measure } from './measure.ts';
import { bestFrequencies, frequencyShares } from './neuron-frequencies.ts';
import { circularity, gradientSymmetricity } from './pizza.ts';
import { TUNED } from './thresholds.ts';
import { projectOnTrig, withMean } from './trig-part.ts';

/** Every measure of a network; `key`: its key frequencies, null without a group. */
export function measureLast(view: GroupView, model: Model, key: readonly number[] | null): Values {
  const carrying = carryBiases(model);
  const weights = view.renumber(carrying.weights);
  const network = runNetwork(carrying.config, weights, view.pairs);
  const values = measure(view, model.config, view.renumber(model.weights), network, key);
  return key ? { ...values, ...measureGrid(view, network, weights) } : values;
}

/** The measures that only the trained network has. */
function measureGrid({ n, inside, sets }: GroupView, network: Network, weights: Weights): Values {
  const logits = insideOf(network.logits, n);
  const sums = lineSums(logits, 'a + b');
  const parts = frequenciesOf(n).map((k) => projectOnTrig(sums, [k]));
  const without = scoreExcluded(inside, logits, parts);
  const ofTrain = sets.includes('train') ? without : [];
  return {
    excluded_loss_logits_per_frequency_train: Float64Array.from(ofTrain, ({ loss }) => loss.train),
    excluded_loss_logits_per_frequency_all: Float64Array.from(without, ({ loss }) => loss.all),
    circularity: circularity(toMatrix(weights.W_E, { rows: n })),
    gradient_symmetricity: gradientSymmetricity(network, weights, n),
    tuned_neurons: shareOfTuned(insideOf(network.post, n)),
  };
}

/** Share of all neurons, dead ones included, for which one frequency explains more than TUNED of the variance. */
function shareOfTuned(post: Grid): number {
  const best = bestFrequencies(frequencyShares(post));
  return best.filter((neuron) => neuron && neuron.fraction > TUNED).length / best.length;
}

/** Scores of the logits when only their part in some frequencies is kept (restricted), and when it is taken out (excluded). */
export function scoreTrigPart(
  { n, inside }: GroupView,
  grid: Grid,
  frequencies: readonly number[],
): { readonly restricted: LossBySet; readonly excluded: LossBySet } {
  const logits = insideOf(grid, n);
  const sums = lineSums(logits, 'a + b');
  const part = projectOnTrig(sums, frequencies);
  return {
    restricted: scoreAnswers(inside, withMean(sums, part)),
    excluded: scoreExcluded(inside, logits, [part])[0]!,
  };
}

/** Mean over several scores, set by set. */
export function meanScores(scores: readonly LossBySet[]): LossBySet {
  const mean = (measure: keyof LossBySet, set: SetName): number =>
    scores.reduce((sum, score) => sum + score[measure][set], 0) / scores.length;
  const both = (measure: keyof LossBySet) => ({
    all: mean(measure, 'all'),
    train: mean(measure, 'train'),
    test: mean(measure, 'test'),
  });
  return { loss: both('loss'), accuracy: both('accuracy') };
}
