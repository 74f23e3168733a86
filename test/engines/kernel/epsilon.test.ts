// AdamW with epsilon 0: if a gradient is zero and always was, 0 / 0 counts as no step, as in the limit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parameterCount, viewWeights } from '../../../lib/network/config.ts';
import { initialWeights } from '../../../lib/network/initial.ts';
import { openTensorFlow } from '../../../lib/engines/tensorflow/engine.ts';
import { ADAMW, flatten, openModel, splitOf, testEachBuild, TINY } from './models.ts';

/** Weights with a neuron that nothing reaches and that reaches nothing: its gradients are exactly zero. */
function withDeadNeuron(): Float32Array {
  const weights = flatten(initialWeights(TINY, 2));
  const { W_in, W_out } = viewWeights(TINY, weights);
  for (let d = 0; d < TINY.d_model; d++) [W_in.data[d * TINY.d_mlp], W_out.data[d]] = [0, 0];
  return weights;
}

const { train } = splitOf(TINY.p, 0.5, 5);
const adamw = { ...ADAMW, epsilon: 0, learning_rate: 1e-3 };

function assertTrained(before: Float32Array, after: Float32Array, loss: Float64Array): void {
  assert.equal(after.length, parameterCount(TINY));
  assert.ok(after.every(Number.isFinite), 'finite weights');
  assert.ok(loss.at(-1)! < loss[0]!, `the loss falls: ${loss.join(', ')}`);
  const { W_in, W_out } = viewWeights(TINY, after);
  for (let d = 0; d < TINY.d_model; d++)
    assert.deepEqual(
      [W_in.data[d * TINY.d_mlp], W_out.data[d]],
      [0, 0],
      'the dead neuron stays where it was',
    );
  assert.notDeepEqual(before, after);
}

testEachBuild('with epsilon 0 it trains, and what has no gradient takes no step', async (build, t) => {
  const weights = withDeadNeuron();
  const model = await openModel(t, build, TINY, { weights });
  const { loss } = await model.train(train, adamw, 20);
  assertTrained(weights, model.readState().weights, loss);
});

test('tensorflow: with epsilon 0 it trains, and what has no gradient takes no step', async (t) => {
  const weights = withDeadNeuron();
  const engine = await openTensorFlow(TINY, ['cpu']);
  t.after(() => engine.close());
  engine.writeState({ weights });
  const { loss } = await engine.train(train, adamw, 20);
  assertTrained(weights, engine.readState().weights, loss);
});
