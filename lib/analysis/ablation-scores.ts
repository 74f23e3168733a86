// Losses and accuracies of networks with a part taken out, everything downstream recomputed.
import type { ModelConfig, Weights } from '../network/config.ts';
import { withoutFrequencies, withoutHead, withoutMlp, withOnlyFrequencies } from './ablations.ts';
import type { SetScores } from './set-scores.ts';

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
