// Losses and accuracies of the network with a part taken out (a head, the MLP, frequencies of the embedding) and everything
// downstream recomputed; and of controls in which random frequencies are taken out.
// Sources: Nanda et al. 2023 (heads, MLP), GROKVERSE (frequencies in the embedding, random controls of the same size).
import { createTensor } from '../files/tensor.ts';
import type { ModelConfig, Weights } from '../network/config.ts';
import { frequenciesOf, frequencyOf, makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, toMatrix, transpose } from '../numerics/matrix.ts';
import { TorchGenerator } from '../numerics/torch-generator.ts';
import type { LossBySet } from './losses.ts';

export interface AblationScores {
  /** One entry per head. */
  readonly heads: readonly LossBySet[];
  readonly mlp: LossBySet;
  /** Embedding: one key frequency dropped at a time; all key frequencies dropped; only the key frequencies kept. */
  readonly each_dropped: readonly LossBySet[];
  readonly all_dropped: LossBySet;
  readonly only_key: LossBySet;
  /** The last two again, for each draw of random frequencies instead of the key frequencies. */
  readonly random_dropped: readonly LossBySet[];
  readonly only_random: readonly LossBySet[];
}

/** Scores every ablation of a network renumbered to a group of order n; `score` runs the network with given weights. */
export async function scoreAblations(
  score: (weights: Weights) => Promise<LossBySet>,
  config: ModelConfig,
  weights: Weights,
  n: number,
  key: readonly number[],
  random: readonly (readonly number[])[],
): Promise<AblationScores> {
  const each = async <T>(of: readonly T[], ablate: (one: T) => Weights): Promise<LossBySet[]> => {
    const scores: LossBySet[] = [];
    for (const one of of) scores.push(await score(ablate(one)));
    return scores;
  };
  const drop = (frequencies: readonly number[]) => withoutFrequencies(weights, n, frequencies);
  const keep = (frequencies: readonly number[]) => withOnlyFrequencies(weights, n, frequencies);
  return {
    heads: await each([...Array(config.n_heads).keys()], (h) => withoutHead(config, weights, h)),
    mlp: await score(withoutMlp(weights)),
    each_dropped: await each(key, (k) => drop([k])),
    all_dropped: await score(drop(key)),
    only_key: await score(keep(key)),
    random_dropped: await each(random, drop),
    only_random: await each(random, keep),
  };
}

/** Losses or accuracies over all pairs without a head or the MLP; `skip`: without the connection that bypasses the MLP. */
export const partScores = (measure: keyof LossBySet, { heads, mlp }: AblationScores, skip: LossBySet) => ({
  head_zeroed: heads.map((scores) => scores[measure].all),
  mlp_skip_zeroed: skip[measure].all,
  mlp_zeroed: mlp[measure].all,
});

/** Losses or accuracies over all pairs with frequencies of the embedding dropped or kept. */
export const embeddingScores = (
  measure: keyof LossBySet,
  key: readonly number[],
  { each_dropped, all_dropped, only_key }: AblationScores,
) => ({
  only_key: only_key[measure].all,
  each_key_dropped: Object.fromEntries(key.map((k, i) => [k, each_dropped[i]![measure].all])),
  all_key_dropped: all_dropped[measure].all,
});

/** The network without the output of one head, as if its z were zero. */
export function withoutHead({ d_model, d_head }: ModelConfig, weights: Weights, head: number): Weights {
  const data = weights.W_O.data.slice();
  data.fill(0, head * d_head * d_model, (head + 1) * d_head * d_model);
  return { ...weights, W_O: createTensor(weights.W_O.shape, data) };
}

/** The network without the output of the MLP. */
export const withoutMlp = (weights: Weights): Weights => ({
  ...weights,
  W_out: createTensor(weights.W_out.shape),
});

/** The network whose number embeddings keep only the constant and these frequencies. */
export const withOnlyFrequencies = (weights: Weights, n: number, frequencies: readonly number[]): Weights =>
  withComponents(weights, n, (k) => k === 0 || frequencies.includes(k));

/** The network whose number embeddings lack these frequencies. */
export const withoutFrequencies = (weights: Weights, n: number, frequencies: readonly number[]): Weights =>
  withComponents(weights, n, (k) => !frequencies.includes(k));

/**
 * Projects the first n rows of W_E on the components whose frequency (0 for the constant) stays. The rows of `=` and of
 * numbers outside the group do not change.
 */
function withComponents(weights: Weights, n: number, stays: (frequency: number) => boolean): Weights {
  const { F } = makeFourierBasis(n);
  const masked = createMatrix(
    n,
    n,
    F.data.map((x, i) => (stays(frequencyOf(Math.floor(i / n))) ? x : 0)),
  );
  const projected = multiply(transpose(masked), multiply(F, toMatrix(weights.W_E, { rows: n })));
  const data = weights.W_E.data.slice();
  data.set(projected.data);
  return { ...weights, W_E: createTensor(weights.W_E.shape, data) };
}

/**
 * `draws` random sets of frequencies that are not key, each with as many frequencies as `key` (or all the others, if there are
 * fewer), ascending.
 */
export function randomFrequencies(
  n: number,
  key: readonly number[],
  draws: number,
  seed: number,
): number[][] {
  const others = frequenciesOf(n).filter((k) => !key.includes(k));
  const generator = new TorchGenerator(seed);
  return Array.from({ length: draws }, () =>
    Array.from(generator.permutation(others.length).subarray(0, key.length), (i) => others[i]!).sort(
      (x, y) => x - y,
    ),
  );
}
