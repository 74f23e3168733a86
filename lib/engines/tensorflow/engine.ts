// The TensorFlow.js engine: automatic differentiation of the readable forward pass, AdamW as in PyTorch (decoupled
// weight decay, Loshchilov & Hutter 2019). Weights and both moments are one flat tensor each, in the order of
// WEIGHT_NAMES, so an update is a dozen operations.
import { setImmediate } from 'node:timers/promises';
import { sizeOf } from '../../files/tensor.ts';
import type { AdamW, Engine } from '../engine.ts';
import { loadGradients, openBackend, tf, type BackendName } from './backend.ts';
import { forwardAtEquals, type TensorWeights } from './forward.ts';
import { refuseTooBig } from '../memory.ts';
import {
  parameterCount,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type WeightName,
} from '../../network/config.ts';
import type { Pairs } from '../../network/pairs.ts';
import { rowLosses } from './loss.ts';

// How many pairs are differentiated at once, which limits the memory of a step. With the default fraction, all training
// pairs fit into one batch up to p = 233.
const PAIRS_PER_BATCH = 16_384;

/** Pairs on the backend: [pairs], int32. */
type Batch = Readonly<Record<keyof Pairs, tf.Tensor1D>>;

// A type, not an interface: tf.tidy and tf.dispose take records.
type State = Readonly<Record<'weights' | 'm' | 'v', tf.Tensor1D>>;

/** Sums over rows, in float64. */
interface Totals {
  loss: number;
  right: number;
}

/** Opens the first of the `backends` that loads; its weights are zero until writeState. */
export async function openTensorFlow(
  config: ModelConfig,
  backends?: readonly BackendName[],
): Promise<Engine & { gradients(rows: Pairs): Float32Array }> {
  refuseTooBig(config, tensorflowBytes(config));
  const backend = await openBackend(backends);
  await loadGradients();
  const shapes = weightShapes(config);
  const sizes = WEIGHT_NAMES.map((name) => sizeOf(shapes[name]));
  const uploaded = new Map<Pairs, Batch[]>();
  const zeros = (): tf.Tensor1D => tf.zeros([parameterCount(config)]);
  let state: State = { weights: zeros(), m: zeros(), v: zeros() };
  let step = 0;

  const replaceState = (next: State): void => {
    tf.dispose(state);
    state = next;
  };
  // Call it outside tf.tidy, which would dispose of the batches.
  const batchesOf = (rows: Pairs): Batch[] => {
    const known = uploaded.get(rows) ?? upload(rows);
    uploaded.set(rows, known);
    return known;
  };
  const split = (): tf.Tensor[] =>
    tf.split(state.weights, sizes).map((part, i) => tf.reshape(part, shapes[WEIGHT_NAMES[i]!]));
  const named = (tensors: readonly tf.Tensor[]): TensorWeights =>
    Object.fromEntries(WEIGHT_NAMES.map((name, i) => [name, tensors[i]!])) as Record<WeightName, tf.Tensor>;

  /** Mean gradient over `pairs` rows, flat; adds their losses and right answers to `totals`. Run it inside tf.tidy. */
  const differentiate = (batches: readonly Batch[], pairs: number, totals: Totals): tf.Tensor1D => {
    const weights = split();
    const parts = batches.map((batch) => {
      const lossOf = (...tensors: tf.Tensor[]): tf.Tensor => {
        const logits = forwardAtEquals(config, named(tensors), batch);
        totals.right += countRight(logits, batch);
        return rowLosses(logits, batch.label);
      };
      const share = tf.fill([batch.a.shape[0]], 1 / pairs);
      const { value, grads } = tf.valueAndGrads(lossOf)(weights, share);
      totals.loss += sum(value);
      return tf.concat(grads.map((gradient) => tf.reshape(gradient, [-1]))) as tf.Tensor1D;
    });
    return tf.addN(parts);
  };

  return {
    identity: { engine: 'tensorflow', ...backend.identity },
    readState: () => ({
      weights: read(state.weights),
      m: read(state.m),
      v: read(state.v),
      step,
    }),
    writeState: (from) => {
      const toTensor = (values?: Float32Array): tf.Tensor1D =>
        values ? tf.tensor1d(values.slice()) : zeros();
      replaceState({ weights: toTensor(from.weights), m: toTensor(from.m), v: toTensor(from.v) });
      step = from.step ?? 0;
    },
    async train(rows, adamw, steps) {
      const [batches, pairs] = [batchesOf(rows), rows.label.length];
      const [loss, accuracy] = [new Float64Array(steps), new Float64Array(steps)];
      for (let i = 0; i < steps; i++) {
        const totals = { loss: 0, right: 0 };
        replaceState(tf.tidy(() => update(state, differentiate(batches, pairs, totals), adamw, step + 1)));
        step++;
        loss[i] = totals.loss / pairs;
        accuracy[i] = totals.right / pairs;
        await setImmediate(); // lets signals and messages through
      }
      return { loss, accuracy };
    },
    async evaluate(rows) {
      const totals = { loss: 0, right: 0 };
      for (const batch of batchesOf(rows)) {
        tf.tidy(() => {
          const logits = forwardAtEquals(config, named(split()), batch);
          totals.right += countRight(logits, batch);
          totals.loss += sum(rowLosses(logits, batch.label));
        });
        await setImmediate();
      }
      return { loss: totals.loss / rows.label.length, accuracy: totals.right / rows.label.length };
    },
    async forward(rows, { neurons, logits = false }, into = {}) {
      const outputs = {
        ...(neurons && { neurons: into.neurons ?? new Float32Array(rows.label.length * config.d_mlp) }),
        ...(logits && { logits: into.logits ?? new Float32Array(rows.label.length * config.p) }),
      };
      for (const [i, batch] of batchesOf(rows).entries()) {
        const start = i * PAIRS_PER_BATCH;
        tf.tidy(() => {
          const of = forwardAtEquals(config, named(split()), batch, (name, activation) => {
            if (name === `blocks.0.mlp.hook_${neurons ?? ''}`)
              outputs.neurons!.set(activation.dataSync<'float32'>(), start * config.d_mlp);
          });
          outputs.logits?.set(of.dataSync<'float32'>(), start * config.p);
        });
        await setImmediate();
      }
      return outputs;
    },
    gradients: (rows) => {
      const batches = batchesOf(rows);
      const gradient = tf.tidy(() => differentiate(batches, rows.label.length, { loss: 0, right: 0 }));
      const values = read(gradient);
      gradient.dispose();
      return values;
    },
    close: () => {
      for (const batches of uploaded.values()) tf.dispose(batches);
      uploaded.clear();
      tf.dispose(state);
    },
  };
}

/** A lower bound: weights, moments, gradient and the results of an update; neurons of a batch, forward and back. */
const tensorflowBytes = (config: ModelConfig): number =>
  4 * (8 * parameterCount(config) + 4 * Math.min(PAIRS_PER_BATCH, config.p ** 2) * config.d_mlp);

/** One AdamW step, the `step`th counted from one: PyTorch's formulas, weights decayed before the update. */
function update({ weights, m, v }: State, gradient: tf.Tensor1D, adamw: AdamW, step: number): State {
  const { learning_rate, weight_decay, beta1, beta2, epsilon } = adamw;
  const m_next = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)) as tf.Tensor1D;
  const v_next = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as tf.Tensor1D;
  const denominator = tf.add(tf.div(tf.sqrt(v_next), Math.sqrt(1 - beta2 ** step)), epsilon);
  // 0 / 0 must give no step. It can occur only if float32 rounds epsilon to 0; otherwise plain division is quicker.
  const ratio = Math.fround(epsilon) === 0 ? tf.divNoNan(m_next, denominator) : tf.div(m_next, denominator);
  const move = tf.mul(ratio, learning_rate / (1 - beta1 ** step));
  const decayed = tf.mul(weights, 1 - learning_rate * weight_decay);
  return { weights: tf.sub(decayed, move) as tf.Tensor1D, m: m_next, v: v_next };
}

function upload({ a, b, label }: Pairs): Batch[] {
  const count = Math.ceil(label.length / PAIRS_PER_BATCH);
  return Array.from({ length: count }, (_, i) => {
    const part = (column: Int32Array): tf.Tensor1D =>
      tf.tensor1d(column.slice(i * PAIRS_PER_BATCH, (i + 1) * PAIRS_PER_BATCH), 'int32');
    return { a: part(a), b: part(b), label: part(label) };
  });
}

/** Of equal logits the first counts as the answer. */
const countRight = (logits: tf.Tensor2D, { label }: Batch): number =>
  tf.sum(tf.equal(tf.argMax(logits, 1), label)).dataSync()[0]!;

const sum = (x: tf.Tensor): number => x.dataSync<'float32'>().reduce((total, value) => total + value, 0);

const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>().slice();
