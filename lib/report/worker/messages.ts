// What a page and its training worker say to each other. Only types, for both sides.
import type { PageModules } from '../../engines/page-modules.ts';
import type { NeuronFrequency } from '../../measures/neuron-frequencies.ts';
import type { ModelConfig } from '../../network/config.ts';
import type { Operation } from '../../task/operations.ts';
import type { HistoryRecord } from '../../training/history.ts';

/** What to train, and on which pairs: params of the stages dataset and train under their names. */
export interface Settings extends ModelConfig {
  readonly operation: Operation;
  readonly train_fraction: number;
  /** dataset.seed, which draws the split. */
  readonly split_seed: number;
  /** train.seed, which draws the initial weights. */
  readonly seed: number;
  readonly learning_rate: number;
  readonly weight_decay: number;
}

/** A network as it is now. Its key frequencies and those of its neurons are null if the task has no group. */
export interface Look {
  /** Flat in the order of WEIGHT_NAMES. */
  readonly weights: Float32Array;
  readonly key: readonly number[] | null;
  readonly neurons: readonly (NeuronFrequency | null)[] | null;
  /** The phase of each neuron at its frequency, 0 to 2 pi; null if the task has no group. */
  readonly phases: Float64Array | null;
}

export type ToWorker =
  | { readonly ask: 'load'; readonly modules: PageModules }
  /** A new network at its start, in place of the one before. */
  | { readonly ask: 'open'; readonly run: number; readonly settings: Settings }
  /** Trains until `until` epochs are done. */
  | { readonly ask: 'train'; readonly run: number; readonly until: number }
  | { readonly ask: 'pause'; readonly run: number }
  | { readonly ask: 'weight_decay'; readonly run: number; readonly weight_decay: number }
  | { readonly ask: 'weights'; readonly run: number }
  /** Asks for a Look. */
  | { readonly ask: 'look'; readonly run: number };

/** `run` says which opened network is meant, as answers about an earlier one may come late. */
export type FromWorker =
  | { readonly tell: 'loaded'; readonly arithmetic: 'fused' | 'separate' }
  | {
      readonly tell: 'opened';
      readonly run: number;
      readonly train_pairs: number;
      readonly test_pairs: number;
      /** Milliseconds for one epoch, measured on a few at the beginning. */
      readonly epoch_ms: number;
      readonly W_E: Float32Array;
    }
  | {
      readonly tell: 'trained';
      readonly run: number;
      /** How many epochs are done. */
      readonly epochs: number;
      /** What was logged since the last time. */
      readonly records: readonly HistoryRecord[];
      readonly epoch_ms: number;
      /** [p + 1, d_model] */
      readonly W_E: Float32Array;
      readonly is_running: boolean;
    }
  /** All weights, flat in the order of WEIGHT_NAMES. */
  | {
      readonly tell: 'weights';
      readonly run: number;
      readonly epochs: number;
      readonly weights: Float32Array;
    }
  | ({ readonly tell: 'looked'; readonly run: number; readonly epochs: number } & Look)
  | { readonly tell: 'failed'; readonly run: number | null; readonly why: string };
