// One network in the memory of one build of the kernel. Uses nothing of Node, as pages use it, too.
import type { Activations, AdamW, Engine, Identity, TrainingState } from '../engine.ts';
import { parameterCount, type ModelConfig } from '../../network/config.ts';
import type { Pairs } from '../../network/pairs.ts';
import type { Batch, Core, Job } from './core.ts';

/** One model in the kernel's memory. Calls queue up: each sees what the ones before it left. */
export class KernelModel implements Engine {
  readonly identity: Identity;
  readonly config: ModelConfig;
  readonly #core: Core;
  /** Throws if there is not enough memory for gradients over that many rows. */
  readonly #refuseCount: (rows: number) => void;
  readonly #batches = new WeakMap<Pairs, Batch>();
  #last: Promise<void> = Promise.resolve();
  #is_busy = false;
  #is_closed = false;

  constructor(identity: Identity, config: ModelConfig, core: Core, refuseCount: (rows: number) => void) {
    this.identity = identity;
    this.config = config;
    this.#core = core;
    this.#refuseCount = refuseCount;
  }

  /** Throws while a job runs. */
  readState(): TrainingState {
    this.#refuseIfBusy();
    const read = (array: 'weights' | 'm' | 'v'): Float32Array => {
      const to = new Float32Array(parameterCount(this.config));
      this.#core.read(array, to);
      return to;
    };
    return { weights: read('weights'), m: read('m'), v: read('v'), step: this.#core.readStep() };
  }

  /** Throws while a job runs. */
  writeState(state: Pick<TrainingState, 'weights'> & Partial<TrainingState>): void {
    this.#refuseIfBusy();
    const { weights, m, v, step = 0 } = state;
    for (const [name, array] of Object.entries({ weights, m, v }))
      if (array && array.length !== parameterCount(this.config))
        throw new Error(`${name} has ${array.length} values (expected ${parameterCount(this.config)})`);
    this.#core.write('weights', weights);
    this.#core.write('m', m);
    this.#core.write('v', v);
    this.#core.writeStep(step);
  }

  async train(
    rows: Pairs,
    adamw: AdamW,
    steps: number,
  ): Promise<{ loss: Float64Array; accuracy: Float64Array }> {
    if (!Number.isInteger(steps) || steps < 1)
      throw new Error(`steps: ${steps} (expected a whole number from 1)`);
    this.#refuseCount(rows.a.length);
    const { learning_rate, weight_decay, beta1, beta2, epsilon } = adamw;
    const constants = Float64Array.of(learning_rate, weight_decay, beta1, beta2, epsilon);
    return this.#run({ kind: 'train', adamw: constants }, rows, steps);
  }

  async evaluate(rows: Pairs): Promise<{ loss: number; accuracy: number }> {
    const { loss, accuracy } = await this.#run({ kind: 'evaluate' }, rows, 1);
    return { loss: loss[0]!, accuracy: accuracy[0]! };
  }

  /** Gradient of the mean cross-entropy over `rows` by every weight, flat in the order of WEIGHT_NAMES. */
  async gradients(rows: Pairs): Promise<Float32Array> {
    const to = new Float32Array(parameterCount(this.config));
    await this.#run({ kind: 'gradients' }, rows, 1, () => this.#core.read('gradient', to));
    return to;
  }

  async forward(
    rows: Pairs,
    want: { neurons?: 'pre' | 'post'; logits?: boolean },
    into: Activations = {},
  ): Promise<Activations> {
    const n = rows.a.length;
    const outputs = {
      ...(want.neurons && { neurons: into.neurons ?? new Float32Array(n * this.config.d_mlp) }),
      ...(want.logits && { logits: into.logits ?? new Float32Array(n * this.config.p) }),
    };
    await this.#run({ kind: 'forward', before_relu: want.neurons === 'pre', ...outputs }, rows, 1);
    return outputs;
  }

  close(): void {
    if (this.#is_closed) return;
    this.#is_closed = true;
    this.#last = this.#last.then(() => this.#core.close());
  }

  /** Queues a job; `then` runs before the next one can start. */
  async #run(
    job: Pick<Job, 'kind'> & Partial<Job>,
    rows: Pairs,
    steps: number,
    then?: () => void,
  ): Promise<{ loss: Float64Array; accuracy: Float64Array }> {
    if (this.#is_closed) throw new Error('the model is closed');
    const results = { loss: new Float64Array(steps), accuracy: new Float64Array(steps) };
    const whole = { adamw: new Float64Array(5), before_relu: false, ...job, steps, ...results };
    const turn = this.#last.then(async () => {
      this.#is_busy = true;
      try {
        await this.#core.run({ ...whole, batch: this.#upload(rows) });
        then?.();
      } finally {
        this.#is_busy = false;
      }
    });
    this.#last = turn.catch(() => {});
    await turn;
    return results;
  }

  #upload(rows: Pairs): Batch {
    const known = this.#batches.get(rows);
    if (known !== undefined) return known;
    refuseRows(rows, this.config.p);
    const batch = this.#core.upload(rows.a, rows.b, rows.label);
    this.#batches.set(rows, batch);
    return batch;
  }

  #refuseIfBusy(): void {
    if (this.#is_closed) throw new Error('the model is closed');
    if (this.#is_busy) throw new Error('a job is running: await it first');
  }
}

function refuseRows({ a, b, label }: Pairs, p: number): void {
  if (a.length === 0 || a.length !== b.length || a.length !== label.length)
    throw new Error(`rows: a, b, label have lengths ${a.length}, ${b.length}, ${label.length}`);
  for (const [name, column] of Object.entries({ a, b, label })) {
    const row = column.findIndex((x) => !(x >= 0 && x < p));
    if (row >= 0) throw new Error(`${name}[${row}]: ${column[row]} (expected 0 to ${p - 1})`);
  }
}
