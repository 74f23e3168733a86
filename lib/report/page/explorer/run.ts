// The run that the page shows: the numbers of every checkpoint, and what the page computes from the weights.
import { embeddingCircle } from '../../../measures/embedding-circle.ts';
import { transformGrid, withoutConstant } from '../../../measures/grid-transform.ts';
import { fromFloat16 } from '../../../files/float16.ts';
import { viewWeights, type Weights } from '../../../network/config.ts';
import {
  attentionFromEquals,
  residualRows,
  runNeuron,
  runPair,
  type PairRun,
} from '../../../network/forward.ts';
import { makeFourierBasis, type FourierBasis } from '../../../numerics/fourier-basis.ts';
import { createMatrix, toMatrix, type Matrix } from '../../../numerics/matrix.ts';
import type { ReportData, Table } from '../../data.ts';
import { nearestIndex } from '../../snapshots.ts';
import { blockOf, decodeBytes, decodeFloats } from '../parts/block.ts';

/** Values that all pictures of one snapshot use. */
interface Snapshot {
  readonly weights: Weights;
  readonly W_E: Matrix;
  readonly resid: readonly Matrix[];
  readonly pattern: Matrix;
}

export interface Phase {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export class Run {
  readonly data: ReportData;
  /** The epoch at each step of the slider. */
  readonly epochs: readonly number[];
  readonly phases: readonly Phase[];
  readonly keyFrequencies: readonly number[];
  readonly basis: FourierBasis;
  readonly #columns = new Map<string, Float32Array>();
  readonly #snapshots = new Map<number, Snapshot>();
  readonly #trained: Uint8Array;

  constructor(data: ReportData) {
    this.data = data;
    const { measures, snapshots } = data;
    this.epochs = measures ? Array.from(this.column(measures, 'epoch')!) : snapshots;
    this.phases = findPhases(data, this.epochs.at(-1)!);
    this.keyFrequencies = findKeyFrequencies(data);
    this.basis = makeFourierBasis(data.config.p);
    this.#trained = decodeBytes(data.trained);
  }

  /** The values of a column, lists flattened; null if the table has no such column. */
  column(table: Table, name: string): Float32Array | null {
    const text = table.columns[name];
    if (text === undefined) return null;
    const known = this.#columns.get(text);
    if (known) return known;
    const values = decodeFloats(text);
    this.#columns.set(text, values);
    return values;
  }

  /** A measure at every frame; null if there are no measures or not this one. */
  measure(name: string): Float32Array | null {
    return this.data.measures && this.column(this.data.measures, name);
  }

  /** A measure that is a list, at one frame. */
  list(name: string, frame: number): Float32Array | null {
    const all = this.measure(name);
    const width = all ? all.length / this.epochs.length : 0;
    return all && all.subarray(frame * width, (frame + 1) * width);
  }

  /** The index of the snapshot nearest to a frame. */
  snapshotOf(frame: number): number {
    return nearestIndex(this.data.snapshots, this.epochs[frame]!);
  }

  /** A snapshot, decoded on first use (some milliseconds). */
  snapshot(index: number): Snapshot {
    const known = this.#snapshots.get(index);
    if (known) return known;
    const { config } = this.data;
    const halves = new Uint16Array(decodeBytes(blockOf(`weights-${index}`)).buffer);
    const weights = viewWeights(config, fromFloat16(halves));
    const resid = residualRows(config, weights);
    const pattern = attentionFromEquals(config, weights, resid);
    const snapshot = { weights, W_E: toMatrix(weights.W_E, { rows: config.p }), resid, pattern };
    this.#snapshots.set(index, snapshot);
    return snapshot;
  }

  /** Attention of one head from `=` to a for all pairs, [p*p]. */
  attentionToA(index: number, head: number): Float64Array {
    const { rows, columns, data } = this.snapshot(index).pattern;
    return Float64Array.from({ length: rows }, (_, row) => data[row * columns + head * 3]!);
  }

  /** Activations of one neuron after the ReLU for all pairs, [p*p, 1]. */
  neuron(index: number, j: number): Matrix {
    const { weights, resid, pattern } = this.snapshot(index);
    return runNeuron(this.data.config, weights, resid, pattern, j);
  }

  /** The two-dimensional spectrum without the constant, [p*p]: row = component of a * p + component of b. */
  spectrum(neuron: Matrix): Float64Array {
    return withoutConstant(transformGrid(this.basis.F, neuron)).data;
  }

  /** The embedding in the plane of frequency k, [p, 2]. */
  circle(index: number, k: number): Matrix {
    return embeddingCircle(this.snapshot(index).W_E, k);
  }

  pair(index: number, a: number, b: number): PairRun {
    const { weights, resid } = this.snapshot(index);
    return runPair(this.data.config, weights, resid, a, b);
  }

  /** Whether the network was trained on the pair. */
  isTrained(a: number, b: number): boolean {
    const row = a * this.data.config.p + b;
    return ((this.#trained[row >> 3]! >> (row & 7)) & 1) === 1;
  }

  phaseAt(epoch: number): string {
    const phase = this.phases.findLast(({ from }) => from <= epoch);
    if (!phase) return '';
    return epoch <= phase.to ? phase.name : `after ${phase.name}`;
  }
}

const PHASES = ['memorisation', 'circuit_formation', 'cleanup'] as const;

/** The phases that the stage progress found. */
function findPhases({ summaries }: ReportData, last: number): Phase[] {
  return PHASES.flatMap((name) => {
    const phase = summaries.progress?.phases?.[name];
    return phase ? [{ name: name.replace('_', ' '), from: phase.from, to: phase.to ?? last }] : [];
  });
}

/** The key frequencies of W_logit as the stages found them; else the first four frequencies. */
function findKeyFrequencies({ summaries, config }: ReportData): readonly number[] {
  const { progress, fourier, logits } = summaries;
  const candidates = [
    progress?.key_frequencies,
    fourier?.key_frequencies?.logit_map_quarter_max,
    logits?.key_used,
  ];
  const ofThisNetwork = (k: number): boolean => k > 0 && k <= config.p / 2;
  const key = candidates.find((list) => list && list.length > 0 && list.every(ofThisNetwork));
  return key ?? Array.from({ length: Math.min(4, config.p >> 1) }, (_, i) => i + 1);
}

/** Values of all pairs as a matrix of one column. */
export const asGrid = (values: Float64Array): Matrix => createMatrix(values.length, 1, values);
