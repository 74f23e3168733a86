// The run that the page shows: gives the numbers of every checkpoint, and computes pictures from the weights.
import { embeddingCircle } from '../../../measures/embedding-circle.ts';
import { transformGrid, withoutConstant } from '../../../measures/grid-transform.ts';
import { viewWeights, type Weights } from '../../../network/config.ts';
import type { PairRun } from '../../../network/forward.ts';
import { makeFourierBasis, type FourierBasis } from '../../../numerics/fourier-basis.ts';
import { createMatrix, type Matrix } from '../../../numerics/matrix.ts';
import { numberAxis, onAxes, type NumberAxis } from '../../../task/number-axis.ts';
import type { Operation } from '../../../task/operations.ts';
import type { ReportData, Table } from '../../data.ts';
import { factsOf, type Facts, type LoggedEpoch } from '../../facts.ts';
import { showNetwork, unpackNetwork } from '../../packed-weights.ts';
import { nearestIndex } from '../../snapshots.ts';
import { floatsOf, fromBase64, inflateBlock } from '../parts/block.ts';
import { whole } from '../parts/numbers.ts';
import { makeSnapshot, neuronOn, pairOf, type Snapshot } from './snapshot.ts';

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
  readonly facts: Facts;
  /** Empty if the stages found none: then pictures that need them are left out. */
  readonly keyFrequencies: readonly number[];
  readonly axis: NumberAxis;
  readonly basis: FourierBasis;
  readonly #columns = new Map<string, Float32Array>();
  /** By index: the bytes of unpacked snapshots, and what was computed from those that were looked at. */
  readonly #unpacked = new Map<number, Uint8Array<ArrayBuffer>>();
  readonly #snapshots = new Map<number, Snapshot>();
  readonly #trained: Uint8Array;
  readonly #hasEpochs: boolean;

  constructor(data: ReportData) {
    this.data = data;
    const { measures, snapshots } = data;
    this.epochs = measures ? Array.from(this.column(measures, 'epoch')!) : snapshots;
    this.phases = findPhases(data, this.epochs.at(-1)!);
    const operation = data.task.operation as Operation;
    this.axis = numberAxis(data.config.p, operation);
    this.basis = makeFourierBasis(this.axis.numbers.length);
    this.facts = factsOf({
      p: data.config.p,
      operation,
      summaries: data.summaries,
      history: this.#history(),
      epochs: this.epochs,
      measure: (name) => this.measure(name) && this.epochs.map((_, frame) => this.list(name, frame)!),
    });
    this.keyFrequencies = this.facts.key ?? [];
    this.#hasEpochs = (data.summaries.train?.checkpoints ?? 1) > 0;
    this.#trained = fromBase64(data.trained);
  }

  /** The values of a column, lists flattened; null if the table has no such column. */
  column(table: Table, name: string): Float32Array | null {
    const text = table.columns[name];
    if (text === undefined) return null;
    const known = this.#columns.get(text);
    if (known) return known;
    const values = floatsOf(text);
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

  #history(): LoggedEpoch[] | null {
    const { history } = this.data;
    if (!history) return null;
    const [epoch, test_loss, train_accuracy, test_accuracy] = [
      'epoch',
      'test_loss',
      'train_accuracy',
      'test_accuracy',
    ].map((name) => this.column(history, name)!) as [Float32Array, Float32Array, Float32Array, Float32Array];
    return Array.from(epoch, (at, i) => ({
      epoch: at,
      test_loss: test_loss[i]!,
      train_accuracy: train_accuracy[i]!,
      test_accuracy: test_accuracy[i]!,
    }));
  }

  /** The index of the unpacked snapshot nearest to a frame. Soon after the page has opened all are unpacked. */
  snapshotOf(frame: number): number {
    const indices = [...this.#unpacked.keys()];
    const epochs = indices.map((index) => this.data.snapshots[index]!);
    return indices[nearestIndex(epochs, this.epochs[frame]!)] ?? 0;
  }

  /** Unpacks the snapshot nearest to a frame; what is damaged stays packed. */
  unpackNearest(frame: number): Promise<void> {
    return this.#unpack(nearestIndex(this.data.snapshots, this.epochs[frame]!));
  }

  /** Unpacks all others one by one, and calls `then` after each. */
  async unpackOthers(then: () => void): Promise<void> {
    for (const index of this.data.snapshots.keys()) {
      if (this.#unpacked.has(index)) continue;
      await this.#unpack(index);
      then();
    }
  }

  async #unpack(index: number): Promise<void> {
    try {
      this.#unpacked.set(index, await inflateBlock(`weights-${index}`));
    } catch {
      // #bytes throws when somebody asks for it.
    }
  }

  /** To end a sentence. A network that came without checkpoints has one state, which has no epoch. */
  when(epoch: number): string {
    return this.#hasEpochs ? `at epoch ${whole(epoch)}` : 'as it is';
  }

  /** The weights of the last snapshot. W_Q and W_K are not the network's own but give the same attention scores. */
  lastWeights(): Weights {
    const { config, snapshots } = this.data;
    return viewWeights(config, new Float32Array(this.#bytes(snapshots.length - 1)));
  }

  #bytes(index: number): ArrayBuffer {
    const bytes = this.#unpacked.get(index);
    if (!bytes) throw new Error(`the weights ${this.when(this.data.snapshots[index]!)} are damaged`);
    return bytes.buffer;
  }

  /** What pictures need of an unpacked snapshot; computed on first use, which takes a few milliseconds. */
  snapshot(index: number): Snapshot {
    const known = this.#snapshots.get(index);
    if (known) return known;
    const { config, snapshots } = this.data;
    const isLast = index === snapshots.length - 1;
    const shown = isLast
      ? showNetwork(config, this.lastWeights())
      : unpackNetwork(config, this.#bytes(index));
    const snapshot = makeSnapshot(config, shown);
    this.#snapshots.set(index, snapshot);
    return snapshot;
  }

  /** The unpacked snapshots at most `reach` from that at an index, the nearest first. */
  unpackedNear(index: number, reach: number): number[] {
    const aways = Array.from({ length: reach }, (_, i) => i + 1);
    return aways.flatMap((away) => [index + away, index - away]).filter((near) => this.#unpacked.has(near));
  }

  /** Attention of one head from `=` to a for all pairs, in the order of the axes, [n*n]. */
  attentionToA(index: number, head: number): Float64Array {
    const { rows, columns, data } = this.snapshot(index).pattern();
    const all = new Float64Array(rows);
    for (let row = 0; row < rows; row++) all[row] = data[row * columns + head * 3]!;
    return onAxes(this.axis, all, this.data.config.p);
  }

  /** Activations of one neuron after the ReLU for all pairs, in the order of the axes, [n*n]. */
  neuron(index: number, j: number): Float64Array {
    return neuronOn(this.axis, this.snapshot(index), j);
  }

  /** The two-dimensional spectrum without the constant, [n*n]: row = component of a * n + component of b. */
  spectrum(neuron: Float64Array): Float64Array {
    const column = createMatrix(neuron.length, 1, neuron);
    return withoutConstant(transformGrid(this.basis.F, column)).data;
  }

  /** The embedding in the plane of frequency k, [n, 2], by place on the axis. */
  circle(index: number, k: number): Matrix {
    const { data, columns } = this.snapshot(index).W_E;
    const { numbers } = this.axis;
    const ordered = createMatrix(numbers.length, columns);
    numbers.forEach((number, place) =>
      ordered.data.set(data.subarray(number * columns, (number + 1) * columns), place * columns),
    );
    return embeddingCircle(ordered, k);
  }

  pair(index: number, a: number, b: number): PairRun {
    return pairOf(this.snapshot(index), a, b);
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
