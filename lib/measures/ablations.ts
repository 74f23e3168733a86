// Losses and accuracies of networks with a part taken out, everything downstream recomputed.
import { createTensor } from '../files/tensor.ts';
import { numberEmbedding } from '../network/composites.ts';
import type { ModelConfig, Weights } from '../network/config.ts';
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, transpose } from '../numerics/matrix.ts';
import { TorchGenerator } from '../numerics/torch-generator.ts';
import type { SetScores } from './losses.ts';

export interface AblationScores {
  /** One head each. */
  readonly heads: readonly SetScores[];
  readonly mlp: SetScores;
  /** Of the embeddings: each key frequency dropped, all of them dropped, only they kept. */
  readonly each_dropped: readonly SetScores[];
  readonly all_dropped: SetScores;
  readonly only_key: SetScores;
  /** The last two with each draw of random frequencies in place of the key ones. */
  readonly random_dropped: readonly SetScores[];
  readonly only_random: readonly SetScores[];
}

/** Scores every ablation, one after the other; `score` runs a network of the given weights. */
export async function scoreAblations(
  score: (weights: Weights) => Promise<SetScores>,
  config: ModelConfig,
  weights: Weights,
  key: readonly number[],
  random: readonly (readonly number[])[],
): Promise<AblationScores> {
  const each = async <T>(of: readonly T[], ablate: (one: T) => Weights): Promise<SetScores[]> => {
    const scores: SetScores[] = [];
    for (const one of of) scores.push(await score(ablate(one)));
    return scores;
  };
  const drop = (frequencies: readonly number[]) => withoutFrequencies(config, weights, frequencies);
  const keep = (frequencies: readonly number[]) => withOnlyFrequencies(config, weights, frequencies);
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

/** Losses or accuracies over all pairs without a head or the MLP; `skip`: without the skip past the MLP. */
export const partScores = (measure: keyof SetScores, { heads, mlp }: AblationScores, skip: SetScores) => ({
  head_zeroed: heads.map((scores) => scores[measure].all),
  mlp_skip_zeroed: skip[measure].all,
  mlp_zeroed: mlp[measure].all,
});

/** Losses or accuracies over all pairs with frequencies of the embedding dropped or kept. */
export const embeddingScores = (
  measure: keyof SetScores,
  key: readonly number[],
  { each_dropped, all_dropped, only_key }: AblationScores,
) => ({
  only_key: only_key[measure].all,
  each_key_dropped: Object.fromEntries(key.map((k, i) => [k, each_dropped[i]![measure].all])),
  all_key_dropped: all_dropped[measure].all,
});

// Weights with a part of the network taken out, so that everything downstream is recomputed; and what chance removes.
// Sources: Nanda et al. 2023 (heads, MLP), GROKVERSE (frequencies in the embedding, size-matched random controls).

/** The network without what head h writes: its z at `=` is zero. */
export function withoutHead({ d_model, d_head }: ModelConfig, weights: Weights, head: number): Weights {
  const data = weights.W_O.data.slice();
  data.fill(0, head * d_head * d_model, (head + 1) * d_head * d_model);
  return { ...weights, W_O: createTensor(weights.W_O.shape, data) };
}

/** The network with what the MLP writes dropped. */
export const withoutMlp = (weights: Weights): Weights => ({
  ...weights,
  W_out: createTensor(weights.W_out.shape),
});

/** The network whose number embeddings have only the constant and these frequencies. */
export const withOnlyFrequencies = (
  config: ModelConfig,
  weights: Weights,
  frequencies: readonly number[],
): Weights => withComponents(config, weights, (k) => k === 0 || frequencies.includes(k));

/** The network whose number embeddings lack these frequencies. */
export const withoutFrequencies = (
  config: ModelConfig,
  weights: Weights,
  frequencies: readonly number[],
): Weights => withComponents(config, weights, (k) => !frequencies.includes(k));

/** Projects rows 0 .. p-1 of W_E on the components whose frequency (0 for the constant) is to stay; `=` is left alone. */
function withComponents(
  config: ModelConfig,
  weights: Weights,
  stays: (frequency: number) => boolean,
): Weights {
  const { F } = makeFourierBasis(config.p);
  const masked = createMatrix(
    F.rows,
    F.columns,
    F.data.map((x, i) => (stays((Math.floor(i / F.columns) + 1) >> 1) ? x : 0)),
  );
  const projected = multiply(transpose(masked), multiply(F, numberEmbedding(config, weights)));
  const data = weights.W_E.data.slice();
  data.set(projected.data);
  return { ...weights, W_E: createTensor(weights.W_E.shape, data) };
}

/** As many frequencies as are key, drawn from the others (as many as there are), ascending: `draws` times, seeded. */
export function randomFrequencies(
  p: number,
  key: readonly number[],
  draws: number,
  seed: number,
): number[][] {
  const others = Array.from({ length: p >> 1 }, (_, i) => i + 1).filter((k) => !key.includes(k));
  const generator = new TorchGenerator(seed);
  return Array.from({ length: draws }, () =>
    Array.from(generator.permutation(others.length).subarray(0, key.length), (i) => others[i]!).sort(
      (x, y) => x - y,
    ),
  );
}
