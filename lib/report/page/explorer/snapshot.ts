// Everything that pictures of one state of a network are computed from.
import type { ModelConfig } from '../../../network/config.ts';
import {
  attentionFromEquals,
  residualRows,
  runNeuron,
  runPair,
  type PairRun,
} from '../../../network/forward.ts';
import { toMatrix, type Matrix } from '../../../numerics/matrix.ts';
import { onAxes, type NumberAxis } from '../../../task/number-axis.ts';
import type { ShownNetwork } from '../../packed-weights.ts';

export interface Snapshot extends ShownNetwork {
  readonly config: ModelConfig;
  readonly W_E: Matrix;
  readonly resid: readonly Matrix[];
  /** Attention from `=` for all pairs; computed on first use, which takes some milliseconds. */
  readonly pattern: () => Matrix;
}

export function makeSnapshot(config: ModelConfig, shown: ShownNetwork): Snapshot {
  const resid = residualRows(config, shown.weights);
  let known: Matrix | null = null;
  const pattern = (): Matrix => (known ??= attentionFromEquals(shown.directions, resid));
  return { config, ...shown, W_E: toMatrix(shown.weights.W_E, { rows: config.p }), resid, pattern };
}

/** Activations of one neuron after the ReLU for all pairs, in the order of the axes, [n*n]. */
export function neuronOn(
  axis: NumberAxis,
  { config, weights, resid, pattern }: Snapshot,
  j: number,
): Float64Array {
  return onAxes(axis, runNeuron(config, weights, resid, pattern(), j).data, config.p);
}

export const pairOf = ({ config, weights, directions, resid }: Snapshot, a: number, b: number): PairRun =>
  runPair(config, weights, directions, resid, a, b);
