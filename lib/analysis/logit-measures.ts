// Every measure of the logits of one network, under the names of this project's tables; all on the same key frequencies.
import type { Weights } from '../model/config.ts';
import {
  excludedLogits,
  restrictedLogits,
  trigPartThroughNeurons,
  type PairLogits,
} from './circuit-logits.ts';
import { logitMap, numberEmbedding } from './composites.ts';
import { gradientSymmetricity } from './gradient-symmetricity.ts';
import { lineSums } from './line-sums.ts';
import { cosineLogits, logitCosineCoefficients, logitEnergy } from './logit-cosines.ts';
import { createMatrix } from './matrix.ts';
import type { Network } from './network.ts';
import { circularity, distanceIrrelevance } from './pizza-measures.ts';
import { scoreRows, scoreSets, type Sets, type SetScores } from './set-scores.ts';
import { projectOnTrig, trigRatio } from './trig-directions.ts';

/** `excluded_loss_logits_per_frequency_train` and the coefficients have entry k - 1 for frequency k. */
export function measureLogits(network: Network, weights: Weights, sets: Sets, key: readonly number[]) {
  const { config, logits, pre, post } = network;
  const { p } = config;
  const sums = lineSums(logits, 'a + b');
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
      neuron_pre: trigRatio(pre, key),
      neuron_post: trigRatio(post, key),
      logits: trigRatio(logits, key),
    },
    distance_irrelevance: distanceIrrelevance(correct, p),
    circularity: circularity(numberEmbedding(config, weights)),
    gradient_symmetricity: gradientSymmetricity(network, weights),
  };
}

/** Loss and accuracy of the logits' trigonometric part alone, and of the logits without it. */
export function scoreTrigPart({ logits }: Network, sets: Sets, frequencies: readonly number[]) {
  const sums = lineSums(logits, 'a + b');
  const part = projectOnTrig(sums, frequencies);
  return {
    restricted_logits: scoreSets(sets, restrictedLogits(sums, part)),
    excluded_logits: scoreSets(sets, excludedLogits(logits, part)),
  };
}

/** Loss and accuracy of what parts of the network do to the logits, by name. */
export function scoreParts(network: Network, weights: Weights, sets: Sets, key: readonly number[]) {
  const { config, logits, post, skip } = network;
  const sums = lineSums(logits, 'a + b');
  const inNeurons = trigPartThroughNeurons(lineSums(post, 'a + b'), logitMap(weights), key);
  const withoutSkip = createMatrix(
    logits.rows,
    logits.columns,
    logits.data.map((x, i) => x - skip.data[i]!),
  );
  const score = (of: PairLogits): SetScores => scoreSets(sets, of);
  return {
    full: score({ byPair: logits }),
    cosines: score({ bySum: cosineLogits(config.p, logitCosineCoefficients(sums), key) }),
    ...scoreTrigPart(network, sets, key),
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
