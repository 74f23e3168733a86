// What a page and its scoring worker say to each other. Only types, for both sides.
import type { PageModules } from '../../engines/page-modules.ts';
import type { ModelConfig } from '../../network/config.ts';
import type { Score } from '../../network/loss.ts';
import type { Pairs } from '../../network/pairs.ts';

/** Over the training pairs, the held-out pairs and all pairs; null for a set without pairs. */
export type Scores = Readonly<Record<'train' | 'test' | 'all', Score | null>>;

export type ToScorer =
  | {
      readonly ask: 'open';
      readonly modules: PageModules;
      readonly config: ModelConfig;
      readonly train: Pairs;
      readonly test: Pairs;
    }
  /** All weights, flat in the order of WEIGHT_NAMES. */
  | { readonly ask: 'score'; readonly weights: Float32Array };

export type FromScorer =
  { readonly tell: 'scored'; readonly scores: Scores } | { readonly tell: 'failed'; readonly why: string };
