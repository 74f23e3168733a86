// A network whose parts can be turned down: its parts by name, and its weights with shares of them kept. Free of the page.
import { flattenWeights, viewWeights, type ModelConfig, type Weights } from '../../../network/config.ts';
import type { Pairs } from '../../../network/pairs.ts';
import { frequencyClusters, type NeuronFrequency } from '../../../measures/neuron-frequencies.ts';
import { frequencyRows } from '../../../numerics/fourier-basis.ts';
import { createMatrix, multiply, transpose, type Matrix } from '../../../numerics/matrix.ts';
import type { NumberAxis } from '../../../task/number-axis.ts';
import type { Operation } from '../../../task/operations.ts';

/** Neurons that keep to a frequency, or those that keep to none. */
export interface Cluster {
  readonly frequency: number | null;
  readonly neurons: readonly number[];
}

/** Neurons by the frequency that explains more than `above` of them, and those that are left. */
export function clusterAll(best: readonly (NeuronFrequency | null)[], above: number): Cluster[] {
  const clusters = frequencyClusters(best, above);
  const inside = new Set(clusters.flatMap(({ neurons }) => neurons));
  const others = Array.from(best.keys()).filter((j) => !inside.has(j));
  return [...clusters, { frequency: null, neurons: others }].filter(({ neurons }) => neurons.length > 0);
}

/** What is to be known of a network. */
export interface Touchable {
  readonly config: ModelConfig;
  readonly operation: Operation;
  readonly weights: Weights;
  readonly axis: NumberAxis;
  /** Key frequencies; null where the task has no group, and so no frequencies. */
  readonly key: readonly number[] | null;
  /** Of all neurons; without frequencies, a single one. */
  readonly clusters: readonly Cluster[];
  readonly train: Pairs;
  /** The others: all where it is not known which pairs it was trained on. */
  readonly test: Pairs;
  readonly isSplit: boolean;
}

/** Shares of parts that are kept, 0 to 1, by the part's name; those that are not there are kept whole. */
export type Kept = ReadonlyMap<string, number>;

export interface Part {
  /** As the address calls it: `head.0`, `W_E.9`, `W_E.others`, `neurons.9`, `past_mlp`. */
  readonly name: string;
  readonly label: string;
  /** Scales it in place. */
  readonly scale: (weights: Weights, share: number) => void;
}

export interface PartGroup {
  readonly title: string;
  readonly parts: readonly Part[];
}

/** A power of two scales without rounding; so small a one that what is scaled by it counts for nothing. */
const NOTHING = 2 ** -30;

const WAVE = /^W_E\.(\d+)$/;

/** The frequencies that shares are named of. */
const frequenciesIn = (kept: Kept): number[] =>
  [...kept.keys()].flatMap((name) => (WAVE.test(name) ? Number(WAVE.exec(name)![1]) : []));

export class Network {
  readonly of: Touchable;
  /** The embedding of the numbers of the axis, in its order. */
  readonly embedding: Matrix;
  /** What frequencies bring to it, by their list. */
  readonly #known = new Map<string, Float64Array>();

  constructor(of: Touchable) {
    this.of = of;
    this.embedding = this.embeddingOf(of.weights);
  }

  get highest(): number {
    return this.of.key === null ? 0 : this.of.axis.numbers.length >> 1;
  }

  embeddingOf({ W_E }: Weights): Matrix {
    const { numbers } = this.of.axis;
    const { d_model } = this.of.config;
    const ordered = createMatrix(numbers.length, d_model);
    numbers.forEach((number, index) =>
      ordered.data.set(W_E.data.subarray(number * d_model, (number + 1) * d_model), index * d_model),
    );
    return ordered;
  }

  /** The frequencies with a part of their own: the key ones, and those that `kept` names. */
  frequencies(kept: Kept): number[] {
    const all = [...new Set([...(this.of.key ?? []), ...frequenciesIn(kept)])];
    return all.filter((k) => k >= 1 && k <= this.highest).sort((j, k) => j - k);
  }

  /** Everything that can be turned down. */
  groups(kept: Kept): PartGroup[] {
    const { config, clusters } = this.of;
    const frequencies = this.frequencies(kept);
    const heads = Array.from({ length: config.n_heads }, (_, head) => this.#head(head));
    const waves = frequencies.map((k) => this.#frequencies(`W_E.${k}`, `k = ${k}`, [k]));
    const others = Array.from({ length: this.highest }, (_, i) => i + 1).filter(
      (k) => !frequencies.includes(k),
    );
    if (others.length > 0)
      waves.push(
        this.#frequencies(
          'W_E.others',
          others.length === 1 ? `the other, ${others[0]!}` : `the ${others.length} others`,
          others,
        ),
      );
    return [
      { title: 'What each head writes', parts: heads },
      { title: 'Frequencies of the embedding', parts: waves },
      {
        title: 'Neurons by frequency',
        parts: clusters.map((cluster) => this.#neurons(cluster)),
      },
      { title: 'The path past the MLP', parts: [this.#pastMlp()] },
    ].filter(({ parts }) => parts.length > 0);
  }

  #head(head: number): Part {
    const { d_head, d_model } = this.of.config;
    const size = d_head * d_model;
    const scale: Part['scale'] = ({ W_O }, share) => scaleIn(W_O.data, share, head * size, size);
    return { name: `head.${head}`, label: `head ${head}`, scale };
  }

  #frequencies(name: string, label: string, frequencies: readonly number[]): Part {
    const { numbers } = this.of.axis;
    const { d_model } = this.of.config;
    return {
      name,
      label,
      scale: ({ W_E }, share) => {
        const waves = this.#waves(frequencies);
        numbers.forEach((number, index) => {
          for (let i = 0; i < d_model; i++) {
            const at = number * d_model + i;
            W_E.data[at] = W_E.data[at]! - (1 - share) * waves[index * d_model + i]!;
          }
        });
      },
    };
  }

  #neurons({ frequency, neurons }: Cluster): Part {
    const { d_model } = this.of.config;
    const of =
      frequency === null ? (this.of.clusters.length === 1 ? 'all' : 'the others') : `k = ${frequency}`;
    return {
      name: `neurons.${frequency ?? 'others'}`,
      label: `${of} (${neurons.length})`,
      scale: ({ W_out }, share) => {
        for (const j of neurons) scaleIn(W_out.data, share, j * d_model, d_model);
      },
    };
  }

  /** The logits are (resid_mid + post W_out) W_U: W_U is scaled by the share, and W_out by its inverse. */
  #pastMlp(): Part {
    const scale: Part['scale'] = ({ W_out, W_U }, share) => {
      const factor = share === 0 ? NOTHING : share;
      scaleIn(W_U.data, factor);
      scaleIn(W_out.data, 1 / factor);
    };
    return { name: 'past_mlp', label: 'straight to the logits', scale };
  }

  /** The key frequencies that bring most, at most so many, ascending. */
  strongest(count: number): number[] {
    const norm = (k: number): number => Math.hypot(...this.#waves([k]));
    const norms = (this.of.key ?? []).map((k) => ({ k, norm: norm(k) }));
    return norms
      .sort((x, y) => y.norm - x.norm)
      .slice(0, count)
      .map(({ k }) => k)
      .sort((j, k) => j - k);
  }

  /** Shares without those that need not be named: a frequency that is not key has a part only where it is. */
  short(kept: Kept): Kept {
    const isNamed = (name: string): boolean =>
      WAVE.test(name) && !this.of.key?.includes(Number(WAVE.exec(name)![1]));
    return new Map([...kept].filter(([name, share]) => share !== 1 || isNamed(name)));
  }

  /** F^T F W_E with those rows of the basis F that belong to the frequencies. */
  #waves(frequencies: readonly number[]): Float64Array {
    const name = frequencies.join();
    const known = this.#known.get(name);
    if (known) return known;
    const rows = frequencyRows(this.embedding.rows, frequencies);
    const waves = multiply(transpose(rows), multiply(rows, this.embedding)).data;
    this.#known.set(name, waves);
    return waves;
  }

  /** All weights, flat in the order of WEIGHT_NAMES, of the network with shares of its parts; what follows them follows. */
  keep(kept: Kept): Float32Array {
    const { config, weights } = this.of;
    const flat = flattenWeights(config, weights);
    const views = viewWeights(config, flat);
    for (const { parts } of this.groups(kept))
      for (const { name, scale } of parts) {
        const share = kept.get(name) ?? 1;
        if (share !== 1) scale(views, share);
      }
    return flat;
  }
}

function scaleIn(data: Float32Array, factor: number, from = 0, length = data.length): void {
  for (let i = from; i < from + length; i++) data[i] = data[i]! * factor;
}
