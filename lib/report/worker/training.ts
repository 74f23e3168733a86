// One network that learns in a worker, in bursts short enough that messages of the page are handled in between.
import type { AdamW, Engine } from '../../engines/engine.ts';
import type { PageKernel } from '../../engines/in-page.ts';
import { flattenWeights, viewWeights } from '../../network/config.ts';
import { viewGroup } from '../../measures/group-view.ts';
import { findKeyFrequencies } from '../../measures/key-frequencies.ts';
import { bestFrequencies, frequencyShares, phasesInA } from '../../measures/neuron-frequencies.ts';
import { initialWeights } from '../../network/initial.ts';
import type { Pairs } from '../../network/pairs.ts';
import { gridRows, splitRows, takeRows } from '../../task/split.ts';
import type { HistoryRecord } from '../../training/history.ts';
import type { Look, Settings } from './messages.ts';

/** The default of train.log_every: its multiples are logged, and the last epoch that was asked for. */
const LOG_EVERY = 10;
const BURST_MS = 40;
/** How often the page is told. */
const NEWS_MS = 100;
/** Epochs that are timed before training begins. */
const TIMED = 3;

export interface News {
  readonly epochs: number;
  readonly records: readonly HistoryRecord[];
  readonly epoch_ms: number;
  readonly W_E: Float32Array;
  readonly is_running: boolean;
}

export class Training {
  readonly #engine: Engine;
  readonly #settings: Settings;
  readonly #sets: { readonly train: Pairs; readonly test: Pairs };
  #adamw: AdamW;
  #epochs = 0;
  #epoch_ms = 0;
  #goal = 0;
  #running: Promise<void> | null = null;
  #is_closed = false;

  private constructor(engine: Engine, settings: Settings, sets: { train: Pairs; test: Pairs }) {
    const { learning_rate, weight_decay } = settings;
    this.#engine = engine;
    this.#settings = settings;
    this.#sets = sets;
    // The stage train's defaults for the rest.
    this.#adamw = { learning_rate, weight_decay, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };
  }

  static async open(kernel: PageKernel, settings: Settings): Promise<Training> {
    const { p, operation, train_fraction, split_seed } = settings;
    const grid = gridRows(p, operation);
    const { train, test } = splitRows(p, train_fraction, split_seed, operation);
    const sets = { train: takeRows(grid, train), test: takeRows(grid, test) };
    const training = new Training(await kernel.open(settings), settings, sets);
    training.#begin();
    return training;
  }

  get train_pairs(): number {
    return this.#sets.train.a.length;
  }

  get test_pairs(): number {
    return this.#sets.test.a.length;
  }

  #begin(): void {
    const weights = flattenWeights(this.#settings, initialWeights(this.#settings, this.#settings.seed));
    this.#engine.writeState({ weights });
  }

  /** How many milliseconds an epoch takes here. Afterwards the network is at its start again. */
  async timeEpoch(): Promise<number> {
    await this.#engine.train(this.#sets.train, this.#adamw, 1); // the first compiles and takes memory
    const start = performance.now();
    await this.#engine.train(this.#sets.train, this.#adamw, TIMED);
    this.#epoch_ms = (performance.now() - start) / TIMED;
    this.#begin();
    return this.#epoch_ms;
  }

  setWeightDecay(weight_decay: number): void {
    this.#adamw = { ...this.#adamw, weight_decay };
  }

  pause(): void {
    this.#goal = this.#epochs;
  }

  close(): void {
    this.pause();
    this.#is_closed = true;
    this.#engine.close();
  }

  /** Trains until `until` epochs are done or pause() is called. */
  async train(until: number, tell: (news: News) => void): Promise<void> {
    this.#goal = until;
    if (this.#running) return;
    this.#running = this.#run(tell).finally(() => (this.#running = null));
    await this.#running;
  }

  async #run(tell: (news: News) => void): Promise<void> {
    let records: HistoryRecord[] = [];
    let told = performance.now();
    const news = (is_running: boolean): void => {
      const [epochs, epoch_ms] = [this.#epochs, this.#epoch_ms];
      tell({ epochs, records, epoch_ms, W_E: this.readEmbedding(), is_running });
      records = [];
      told = performance.now();
    };
    while (this.#epochs < this.#goal) {
      const record = await this.#burst();
      if (record) records.push(record);
      if (performance.now() - told > NEWS_MS) news(true);
      await nextMessage();
    }
    if (!this.#is_closed) news(false);
  }

  /** Trains for some epochs, at most up to the next one that is logged; returns its record if that was reached. */
  async #burst(): Promise<HistoryRecord | null> {
    const logged = Math.min(Math.ceil(this.#epochs / LOG_EVERY) * LOG_EVERY, this.#goal - 1);
    const most = Math.max(1, Math.floor(BURST_MS / this.#epoch_ms));
    const steps = Math.min(logged - this.#epochs + 1, most);
    const start = performance.now();
    const { loss, accuracy } = await this.#engine.train(this.#sets.train, this.#adamw, steps);
    const lasted = (performance.now() - start) / steps;
    this.#epoch_ms += 0.2 * (lasted - this.#epoch_ms); // a mean over about the last five bursts
    this.#epochs += steps;
    if (!loss.every(Number.isFinite))
      throw new Error('training diverged: try a lower learning rate or less weight decay');
    if (this.#epochs <= logged) return null;
    const test = await this.#engine.evaluate(this.#sets.test);
    return {
      epoch: logged,
      train_loss: loss.at(-1)!,
      test_loss: test.loss,
      train_accuracy: accuracy.at(-1)!,
      test_accuracy: test.accuracy,
    };
  }

  /** [p + 1, d_model]. Not while a burst runs. */
  readEmbedding(): Float32Array {
    return viewWeights(this.#settings, this.#engine.readState().weights).W_E.data.slice();
  }

  get epochs(): number {
    return this.#epochs;
  }

  /** The frequencies that it computes with. Not while it trains. */
  async look(): Promise<Look> {
    const { weights } = this.#engine.readState();
    const { p, d_mlp, operation } = this.#settings;
    const view = viewGroup({
      task: { p, operation },
      grid: gridRows(p, operation),
      ...this.#sets,
      why_no_split: null,
    });
    if (view.why !== null) return { weights, key: null, neurons: null, phases: null };
    const { n, numbers, pairs } = view;
    const numberAt = (places: Int32Array): Int32Array =>
      places.subarray(0, n * n).map((place) => numbers[place]!);
    const [a, b] = [numberAt(pairs.a), numberAt(pairs.b)];
    const { neurons: post } = await this.#engine.forward(
      { a, b, label: new Int32Array(n * n) },
      { neurons: 'post' },
    );
    const grid = { rows: n * n, columns: d_mlp, data: post! };
    const neurons = bestFrequencies(frequencyShares(grid));
    return {
      weights,
      key: findKeyFrequencies(view.renumber(viewWeights(this.#settings, weights)), n),
      neurons,
      phases: phasesInA(grid, neurons),
    };
  }

  /** Not while a burst runs. */
  readWeights(): { weights: Float32Array; epochs: number } {
    return { weights: this.#engine.readState().weights, epochs: this.#epochs };
  }
}

const channel = new MessageChannel();
/** With the type that it has in a worker of a page. */
const port = channel.port1 as unknown as { onmessage: () => void };

/** Lets messages that have arrived be handled first. */
function nextMessage(): Promise<void> {
  return new Promise((resolve) => {
    port.onmessage = resolve;
    channel.port2.postMessage(null);
  });
}
