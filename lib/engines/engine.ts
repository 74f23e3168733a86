// What every engine offers: one network with its AdamW moments, training, losses, and activations at `=`.
// Uses nothing of Node, so that a page can drive an engine, too.
import type { Pairs } from '../network/pairs.ts';

/** What results depend on besides the inputs. Equal identities give equal bits, except on a GPU. */
export type Identity = Readonly<Record<string, string>>;

/** Shows a line to the user. */
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
  /** Sets the weights, moments and step count. Moments and step count that are not given become zero. */
  writeState(state: Pick<TrainingState, 'weights'> & Partial<TrainingState>): void;
  /** Does `steps` full-batch AdamW steps. Returns for each the mean cross-entropy and the accuracy before it. */
  train(pairs: Pairs, adamw: AdamW, steps: number): Promise<{ loss: Float64Array; accuracy: Float64Array }>;
  /** Mean cross-entropy and accuracy. */
  evaluate(pairs: Pairs): Promise<{ loss: number; accuracy: number }>;
  /**
   * Computes what `want` names, in the order of `pairs`. The result of an earlier call may be passed as `into`, to be
   * overwritten: a grid of neurons is too large to allocate anew each time.
   */
  forward(
    pairs: Pairs,
    want: { readonly neurons?: 'pre' | 'post'; readonly logits?: boolean },
    into?: Activations,
  ): Promise<Activations>;
  /** Frees the memory and ends the threads, after the jobs that were asked for. */
  close(): void;
}
