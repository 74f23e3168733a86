// What every engine offers, whatever computes: one network, its AdamW moments, and what can be asked of them at `=`.
// Free of Node, so that a page can drive an engine by it.
import type { Pairs } from '../network/pairs.ts';

/** What results depend on beside the inputs: equal identities give equal bits, but for those of a GPU. */
export type Identity = Readonly<Record<string, string>>;

/** Tells the user something, in a line. */
export type Note = (line: string) => void;

export interface AdamW {
  readonly learning_rate: number;
  readonly weight_decay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Weights and both moments, flat in the order of WEIGHT_NAMES, and the number of steps done. */
export interface TrainingState {
  readonly weights: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly step: number;
}

/** At `=`: neurons [pairs, d_mlp] before or after the ReLU, and logits [pairs, p]. */
export interface Activations {
  readonly neurons?: Float32Array;
  readonly logits?: Float32Array;
}

export interface Engine {
  readonly identity: Identity;
  /** Copies of weights, moments and step count. */
  readState(): TrainingState;
  /** Sets weights and, where given, moments and step count; those not given become zero. */
  writeState(state: Pick<TrainingState, 'weights'> & Partial<TrainingState>): void;
  /** `steps` full-batch AdamW steps; per step the mean cross-entropy and the accuracy before it. */
  train(pairs: Pairs, adamw: AdamW, steps: number): Promise<{ loss: Float64Array; accuracy: Float64Array }>;
  /** Mean cross-entropy and accuracy. */
  evaluate(pairs: Pairs): Promise<{ loss: number; accuracy: number }>;
  /**
   * What is wanted, in the order of `pairs`. What an earlier call gave may be handed in as `into` to be written over: a
   * grid of neurons is large to make anew each time.
   */
  forward(
    pairs: Pairs,
    want: { readonly neurons?: 'pre' | 'post'; readonly logits?: boolean },
    into?: Activations,
  ): Promise<Activations>;
  /** Frees the memory and ends the threads, after the jobs that were asked for. */
  close(): void;
}
