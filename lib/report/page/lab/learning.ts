// What the page knows of a network in training: its history, and its embedding in the order of the group.
import { findMilestones, type Milestones } from '../../../measures/milestones.ts';
import { embeddingCircle } from '../../../measures/embedding-circle.ts';
import {
  fourierNorms,
  frequenciesOf,
  frequencyPower,
  makeFourierBasis,
  type FourierBasis,
} from '../../../numerics/fourier-basis.ts';
import { createMatrix, multiply, type Matrix } from '../../../numerics/matrix.ts';
import { OPERATIONS } from '../../../task/operations.ts';
import type { HistoryRecord } from '../../../training/history.ts';
import type { Settings } from '../../worker/messages.ts';

/** What has to be known of the task and the network. */
export type Learner = Pick<Settings, 'p' | 'operation' | 'd_model'>;

export class Learning {
  readonly settings: Learner;
  /** Order of the group in which the operation is addition; p if there is none. */
  readonly n: number;
  /** Why there is no such group; null if there is one. */
  readonly ungrouped: string | null;
  readonly history: HistoryRecord[] = [];
  epochs = 0;
  /** The number at each index of the group. */
  readonly #numbers: readonly number[];
  readonly #basis: FourierBasis;
  #W_E: Matrix;

  constructor(settings: Learner, W_E: Float32Array) {
    const { p, operation } = settings;
    const group = OPERATIONS[operation].group(p);
    this.settings = settings;
    this.n = group.n ?? p;
    this.ungrouped = group.n === null ? group.why : null;
    this.#numbers =
      group.n === null ? Array.from({ length: p }, (_, number) => number) : Array.from(group.numbers);
    this.#basis = makeFourierBasis(this.n);
    this.#W_E = this.#inOrder(W_E);
  }

  get frequencies(): number[] {
    return frequenciesOf(this.n);
  }

  get milestones(): Milestones | null {
    return this.history.length > 0 ? findMilestones(this.history) : null;
  }

  /** The number at an index of the group. */
  numberAt(index: number): number {
    return this.#numbers[index]!;
  }

  /** `W_E`: [p + 1, d_model]. */
  add(epochs: number, records: readonly HistoryRecord[], W_E: Float32Array): void {
    this.epochs = epochs;
    this.history.push(...records);
    this.#W_E = this.#inOrder(W_E);
  }

  #inOrder(W_E: Float32Array): Matrix {
    const width = this.settings.d_model;
    const ordered = createMatrix(this.n, width);
    this.#numbers.forEach((number, index) => {
      ordered.data.set(W_E.subarray(number * width, (number + 1) * width), index * width);
    });
    return ordered;
  }

  /** Norm of sine and cosine of each frequency in W_E; entry k - 1 belongs to k. */
  norms(): Float64Array {
    return frequencyPower(fourierNorms(multiply(this.#basis.F, this.#W_E))).map(Math.sqrt);
  }

  /** The numbers in the plane of frequency k, [n, 2]. */
  circle(k: number): Matrix {
    return embeddingCircle(this.#W_E, k);
  }
}
