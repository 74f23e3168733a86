// A network whose parts can be turned down: names its parts, and computes its weights with a share of each part kept.
// Uses nothing of the browser.
import { flattenWeights, viewWeights, type ModelConfig, type Weights } from '../../../network/config.ts';
import type { Pairs } from '../../../network/pairs.ts';
import { frequencyClusters, type NeuronFrequency } from '../../../measures/neuron-frequencies.ts';
import { frequencyRows } from '../../../numerics/fourier-basis.ts';
import { createMatrix, multiply, transpose, type Matrix } from '../../../numerics/matrix.ts';
import type { NumberAxis } from '../../../task/number-axis.ts';
import type { Operation } from '../../../task/operations.ts';

/** Neurons tuned to one frequency, or those that are tuned to none. */
export interface Cluster {
  readonly frequency: number | null;
  readonly neurons: readonly number[];
}

/**
 * Groups neurons by the frequency that explains more than the share `above` of them; the last cluster holds the others.
 */
export function clusterAll(best: readonly (NeuronFrequency | null)[], above: number): Cluster[] {
  const clusters = frequencyClusters(best, above);
  const inside = new Set(clusters.flatMap(({ neurons }) => neurons));
  const others = Array.from(best.keys()).filter((j) => !inside.has(j));
  return [...clusters, { frequency: null, neurons: others }].filter(({ neurons }) => neurons.length > 0);
}

/** What "Touch it" needs to know of a network. */
export interface Touchable {
  readonly config: ModelConfig;
  readonly operation: Operation;
  readonly weights: Weights;
  readonly axis: NumberAxis;
  /** Key frequencies; null if the task has no group, and so no frequencies. */
  readonly key: readonly number[] | null;
  /** Together they hold all neurons; without frequencies there is a single cluster. */
  readonly clusters: readonly Cluster[];
  readonly train: Pairs;
  /** All other pairs; every pair if it is not known which ones the network was trained on. */
  readonly test: Pairs;
  readonly isSplit: boolean;
}

/** The share of each part that is kept, 0 to 1, by the name of the part. A part that is not listed is kept whole. */
export type Kept = ReadonlyMap<string, number>;

export interface Part {
  /** Its name in the page's address: `head.0`, `W_E.9`, `W_E.others`, `neurons.9`, `past_mlp`. */
  readonly name: string;
  readonly label: string;
  /** Scales the part in place. */
  readonly scale: (weights: Weights, share: number) => void;
}

export interface PartGroup {
  readonly title: string;
  readonly parts: readonly Part[];
}

/** Small enough that whatever it scales has no effect, and a power of two, so that scaling does not round. */
const NOTHING = 2 ** -30;

const WAVE = /^W_E\.(\d+)$/;

/** The frequencies whose shares are listed. */
const frequenciesIn = (kept: Kept): number[] =>
  [...kept.keys()].flatMap((name) => (WAVE.test(name) ? Number(WAVE.exec(name)![1]) : []));

export class Network {
  readonly of: Touchable;
  /** The embedding of the numbers on the axis, in the order of the axis. */
  readonly embedding: Matrix;
  /** What sets of frequencies contribute to the embedding, by their joined numbers. */
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

  /** The frequencies that are parts of their own: the key ones and those that `kept` lists. */
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

  /**
   * The logits are (resid_mid + post W_out) W_U. Scaling W_U by the share and W_out by its inverse scales only the
   * first term.
   */
  #pastMlp(): Part {
    const scale: Part['scale'] = ({ W_out, W_U }, share) => {
      const factor = share === 0 ? NOTHING : share;
      scaleIn(W_U.data, factor);
      scaleIn(W_out.data, 1 / factor);
    };
    return { name: 'past_mlp', label: 'straight to the logits', scale };
  }

  /** The key frequencies with the largest norm in the embedding, at most `count` of them, in ascending order. */
  strongest(count: number): number[] {
    const norm = (k: number): number => Math.hypot(...this.#waves([k]));
    const norms = (this.of.key ?? []).map((k) => ({ k, norm: norm(k) }));
    return norms
      .sort((x, y) => y.norm - x.norm)
      .slice(0, count)
      .map(({ k }) => k)
      .sort((j, k) => j - k);
  }

  /**
   * Drops parts that are kept whole. A frequency that is not key stays even then: it is a part only while it is listed.
   */
  short(kept: Kept): Kept {
    const isNamed = (name: string): boolean =>
      WAVE.test(name) && !this.of.key?.includes(Number(WAVE.exec(name)![1]));
    return new Map([...kept].filter(([name, share]) => share !== 1 || isNamed(name)));
  }

  /** F^T F W_E, [n, d_model], with the rows of the basis F that belong to the frequencies. */
  #waves(frequencies: readonly number[]): Float64Array {
    const name = frequencies.join();
    const known = this.#known.get(name);
    if (known) return known;
    const rows = frequencyRows(this.embedding.rows, frequencies);
    const waves = multiply(transpose(rows), multiply(rows, this.embedding)).data;
    this.#known.set(name, waves);
    return waves;
  }

  /** All weights of the network with these shares of its parts, flat, in the order of WEIGHT_NAMES. */
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
