// Every measure of the logits of one network, under the names of this project's tables; all on the same key frequencies.
import { numberEmbedding } from '../network/composites.ts';
import type { Weights } from '../network/config.ts';
import type { Network } from '../network/forward.ts';
import { createMatrix, type Matrix, toMatrix } from '../numerics/matrix.ts';
import { type Line, lineStatistics, lineSums } from './line-sums.ts';
import { cosineLogits, logitCosineCoefficients, logitEnergy } from './logit-cosines.ts';
import { scoreRows, scoreSets, type Sets, type SetScores, type PairLogits } from './losses.ts';
import { circularity, distanceIrrelevance, gradientSymmetricity } from './pizza.ts';
import {
  excludedLogits,
  projectOnTrig,
  restrictedLogits,
  trigPartThroughNeurons,
  trigRatio,
} from './trig-part.ts';

/** `excluded_loss_logits_per_frequency_train` and the coefficients have entry k - 1 for frequency k. */
export function measureLogits(
  network: Network,
  weights: Weights,
  sets: Sets,
  key: readonly number[],
  line: Line,
) {
  const { config, logits, pre, post } = network;
  const { p } = config;
  const ratio = (grid: Matrix): number => trigRatio(lineStatistics(grid, line), key);
  const sums = lineSums(logits, line);
  const coefficients = logitCosineCoefficients(sums);
  const energy = logitEnergy(logits);
  const explained = key.reduce((sum, k) => sum + coefficients[k - 1]! ** 2, 0);
  const correct = Float64Array.from(sets.all.label, (c, i) => logits.data[i * p + c]!);
  return {
    logit_cosine_coefficients: Array.from(coefficients),
    logit_cosine_similarity: Array.from(coefficients, (alpha) => alpha / Math.sqrt(energy.uncentred)),
    logit_explained_by_key: {
      uncentred: explained / energy.uncentred,
      centred: explained / energy.centred,
    },
    excluded_loss_logits_per_frequency_train: Array.from(
      coefficients,
      (_, i) => scoreRows(sets.train, excludedLogits(logits, projectOnTrig(sums, [i + 1]))).loss,
    ),
    trig_ratio: {
      neuron_pre: ratio(pre),
      neuron_post: ratio(post),
      logits: ratio(logits),
    },
    distance_irrelevance: distanceIrrelevance(correct, p, line),
    circularity: circularity(numberEmbedding(config, weights)),
    gradient_symmetricity: gradientSymmetricity(network, weights),
  };
}

/** Loss and accuracy of the logits' trigonometric part alone, and of the logits without it. */
export function scoreTrigPart({ logits }: Network, sets: Sets, frequencies: readonly number[], line: Line) {
  const sums = lineSums(logits, line);
  const part = projectOnTrig(sums, frequencies);
  return {
    restricted_logits: scoreSets(sets, restrictedLogits(sums, part)),
    excluded_logits: scoreSets(sets, excludedLogits(logits, part)),
  };
}

/** Loss and accuracy of the logits when parts of the network are kept alone or taken out, by name. */
export function scoreParts(
  network: Network,
  weights: Weights,
  sets: Sets,
  key: readonly number[],
  line: Line,
) {
  const { config, logits, post, skip } = network;
  const sums = lineSums(logits, line);
  const maps = { W_out: toMatrix(weights.W_out), W_U: toMatrix(weights.W_U) };
  const inNeurons = trigPartThroughNeurons(lineSums(post, line), maps, key);
  const withoutSkip = createMatrix(
    logits.rows,
    logits.columns,
    logits.data.map((x, i) => x - skip.data[i]!),
  );
  const score = (of: PairLogits): SetScores => scoreSets(sets, of);
  return {
    full: score({ byPair: logits }),
    cosines: score({ byAnswer: cosineLogits(config.p, logitCosineCoefficients(sums), key) }),
    ...scoreTrigPart(network, sets, key, line),
    restricted_neurons: score(restrictedLogits(sums, inNeurons)),
    excluded_neurons: score(excludedLogits(logits, inNeurons)),
    mlp_skip_zeroed: score({ byPair: withoutSkip }),
  };
}

/** Mean over several scores, set by set. */
export function meanScores(scores: readonly SetScores[]): SetScores {
  const mean = (measure: keyof SetScores, set: keyof Sets): number =>
    scores.reduce((sum, score) => sum + score[measure][set], 0) / scores.length;
  const both = (measure: keyof SetScores) => ({
    all: mean(measure, 'all'),
    train: mean(measure, 'train'),
    test: mean(measure, 'test'),
  });
  return { loss: both('loss'), accuracy: both('accuracy') };
}
