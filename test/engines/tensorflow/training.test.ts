// The TensorFlow.js engine against numbers that PyTorch computed (test/fixtures/README.md), on the backends that need
// nothing installed; on TensorFlow itself where it is linked, and only in the long tests.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { findBinding } from '../../../lib/engines/tensorflow/identity.ts';
import { tf, type BackendName } from '../../../lib/engines/tensorflow/backend.ts';
import { parameterCount, viewWeights, WEIGHT_NAMES, type ModelConfig } from '../../../lib/network/config.ts';
import { runNetwork } from '../../../lib/network/forward.ts';
import { initialWeights } from '../../../lib/network/initial.ts';
import { gridRows } from '../../../lib/task/split.ts';
import { engineIdentity } from '../../../lib/engines/registry.ts';
import { openTensorFlow } from '../../../lib/engines/tensorflow/engine.ts';
import { rowLosses } from '../../../lib/engines/tensorflow/loss.ts';
import { assertClose, type Tolerance } from '../../assert-close.ts';
import { ADAMW, flatten, readTiny, splitOf, TINY } from '../kernel/models.ts';

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));

const isLong = Boolean(process.env['GROKSCOPE_LONG']);

async function whyNotTensorflow(): Promise<string | false> {
  if (!isLong) return 'TensorFlow itself is tried by npm run test:long';
  return (await findBinding()) ? false : 'no TensorFlow here: npm run tensorflow:link -- --python PYTHON';
}

const SKIP: Record<BackendName, string | false> = {
  cpu: false,
  wasm: false,
  tensorflow: await whyNotTensorflow(),
};

/** One test for each backend; `isSlow`: plain JavaScript takes seconds for it. */
function testEachBackend(
  title: string,
  body: (backend: BackendName, t: TestContext) => Promise<void>,
  isSlow = false,
): void {
  for (const backend of ['cpu', 'wasm', 'tensorflow'] as const) {
    const isTooSlow = isSlow && backend === 'cpu' && !isLong;
    const skip = isTooSlow ? 'tried by npm run test:long' : SKIP[backend];
    test(`${backend}: ${title}`, { skip }, (t) => body(backend, t));
  }
}

type Engine = Awaited<ReturnType<typeof openTensorFlow>>;

/** An engine with these weights; closed when the test ends. */
async function openEngine(
  t: TestContext,
  backend: BackendName,
  config: ModelConfig,
  weights: Float32Array,
): Promise<Engine> {
  const engine = await openTensorFlow(config, [backend]);
  t.after(() => engine.close());
  engine.writeState({ weights });
  return engine;
}

/** Each weight against its own largest value. */
function assertWeights(name: string, actual: Float32Array, expected: Float32Array, allowed: Tolerance): void {
  const [views, wanted] = [viewWeights(TINY, actual), viewWeights(TINY, expected)];
  for (const key of WEIGHT_NAMES) assertClose(`${name} ${key}`, views[key].data, wanted[key].data, allowed);
}

testEachBackend('gradients of every weight as PyTorch', async (backend, t) => {
  const { weightsOf } = await readTiny();
  const engine = await openEngine(t, backend, TINY, weightsOf('init'));
  const gradients = engine.gradients(splitOf(TINY.p, 0.5, 5).train);
  assertWeights('gradient', gradients, weightsOf('grad'), { ofLargest: 1e-5 });
});

testEachBackend(
  '200 AdamW steps as PyTorch (40 on cpu, or long 200): losses, and weights after 1, 10 and 200',
  async (backend, t) => {
    const { weightsOf } = await readTiny();
    const losses = readJson('tiny-losses.json') as { train_before_step_test_after_step: [number, number][] };
    const expected = losses.train_before_step_test_after_step;
    const engine = await openEngine(t, backend, TINY, weightsOf('init'));
    const { train, test } = splitOf(TINY.p, 0.5, 5);
    const actual: [number, number][] = [];
    const steps = backend === 'cpu' && !isLong ? 40 : 200;
    for (let step = 1; step <= steps; step++) {
      const { loss } = await engine.train(train, ADAMW, 1);
      actual.push([loss[0]!, (await engine.evaluate(test)).loss]);
      if ([1, 10, 200].includes(step))
        assertWeights(`after ${step}`, engine.readState().weights, weightsOf(`after_${step}`), {
          ofLargest: step === 200 ? 2e-2 : 1e-5,
        });
    }
    assertClose('first 100', actual.slice(0, 100).flat(), expected.slice(0, Math.min(100, steps)).flat(), {
      rtol: 1e-5,
    });
    assertClose('losses', actual.flat(), expected.slice(0, steps).flat(), { rtol: 1e-3 });
  },
);

testEachBackend('a run that is interrupted and goes on ends in the same bits', async (backend, t) => {
  const { weightsOf } = await readTiny();
  const { train } = splitOf(TINY.p, 0.5, 5);
  const whole = await openEngine(t, backend, TINY, weightsOf('init'));
  const { loss } = await whole.train(train, ADAMW, 12);
  const first = await openEngine(t, backend, TINY, weightsOf('init'));
  await first.train(train, ADAMW, 5);
  const second = await openEngine(t, backend, TINY, new Float32Array(parameterCount(TINY)));
  second.writeState(first.readState());
  const rest = await second.train(train, ADAMW, 7);
  assert.deepEqual(rest.loss, loss.slice(5));
  assert.deepEqual(second.readState(), whole.readState());
  assert.equal(whole.readState().step, 12);
});

testEachBackend(
  'more pairs than one batch have the mean gradient, loss and accuracy of all',
  async (backend, t) => {
    const config: ModelConfig = { p: 5, d_model: 4, n_heads: 1, d_head: 4, d_mlp: 8 };
    const engine = await openEngine(t, backend, config, flatten(initialWeights(config, 1)));
    const grid = gridRows(5, 'add');
    const repeat = (column: Int32Array): Int32Array =>
      Int32Array.from({ length: 25 * 1000 }, (_, i) => column[i % 25]!);
    const many = { a: repeat(grid.a), b: repeat(grid.b), label: repeat(grid.label) };
    assertClose('gradient', engine.gradients(many), engine.gradients(grid), { ofLargest: 1e-4 });
    const [all, once] = [await engine.evaluate(many), await engine.evaluate(grid)];
    assertClose('loss', [all.loss], [once.loss], { rtol: 1e-6 });
    assert.equal(all.accuracy, once.accuracy);
  },
  true,
);

testEachBackend('the backend is left empty', async (backend) => {
  const { weightsOf } = await readTiny();
  const before = tf.memory().numTensors;
  const engine = await openTensorFlow(TINY, [backend]);
  engine.writeState({ weights: weightsOf('init') });
  const { train, test } = splitOf(TINY.p, 0.5, 5);
  await engine.train(train, ADAMW, 3);
  await engine.evaluate(test);
  engine.readState();
  engine.close();
  assert.equal(tf.memory().numTensors, before);
});

/** -log softmax(logits)[y] in float64 without cancellation. */
function exactLoss(logits: readonly number[], y: number): number {
  const top = Math.max(...logits);
  const others = logits.reduce((s, x, c) => (c === y ? s : s + Math.exp(x - top)), 0);
  return logits[y] === top
    ? Math.log1p(others)
    : Math.log(others + Math.exp(logits[y]! - top)) + top - logits[y]!;
}

testEachBackend(
  'losses down to 1e-30 and up to 120 to five parts in a million, and gradients that keep the share of the label',
  async (backend) => {
    await openTensorFlow(TINY, [backend]);
    const rows = [
      [0, 0, 0, 0, 0],
      [9, 1, 2, 3, 4],
      [20.5, 0, 1, 0, 0.25],
      [30, 2, 0, 0, 0],
      [-40, 60, 60, 0, 60],
      [80, 10, 0, 0, 0],
    ];
    const p = 5;
    tf.tidy(() => {
      for (let y = 0; y < p; y++) {
        const loss = (logits: tf.Tensor): tf.Tensor =>
          rowLosses(logits as tf.Tensor2D, tf.fill([rows.length], y, 'int32'));
        const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(rows), tf.ones([rows.length]));
        const exact = rows.map((row) => exactLoss(row, y));
        assertClose(`loss, label ${y}`, value.dataSync(), exact, { rtol: 5e-6 });
        const gradient = grad.dataSync();
        for (const [i, row] of rows.entries()) {
          const top = Math.max(...row);
          const total = row.reduce((s, x) => s + Math.exp(x - top), 0);
          const share = row.map((x) => Math.exp(x - top) / total);
          const others = share.reduce((s, x, c) => (c === y ? s : s + x), 0);
          const expected = share.map((x, c) => (c === y ? -others : x));
          assertClose(`gradient of row ${i}, label ${y}`, gradient.slice(p * i, p * i + p), expected, {
            rtol: 1e-5,
            atol: 1e-40, // subnormal numbers have few digits
          });
        }
      }
    });
  },
);

testEachBackend(
  'neurons and logits at `=` are those of the readable pass, in every batch',
  async (backend, t) => {
    const p = 131; // more pairs than one batch has
    const config: ModelConfig = { p, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 6 };
    const weights = initialWeights(config, 2);
    const engine = await openEngine(t, backend, config, flatten(weights));
    const pairs = gridRows(p, 'add');
    const found = await engine.forward(pairs, { neurons: 'pre', logits: true });
    const { pre, logits } = runNetwork(config, weights);
    assertClose('hook_pre', found.neurons!, Float32Array.from(pre.data), { ofLargest: 1e-5 });
    assertClose('logits', found.logits!, Float32Array.from(logits.data), { ofLargest: 1e-5 });
    const post = await engine.forward(pairs, { neurons: 'post' }, found);
    assert.equal(post.neurons, found.neurons);
    assert.equal(post.logits, undefined);
    assert.ok(post.neurons!.every((value) => value >= 0));
  },
  true,
);

test('the identity told for the key is that of the engine that opens, and auto is never TensorFlow', async (t) => {
  const engine = await openTensorFlow(TINY);
  t.after(() => engine.close());
  assert.deepEqual(await engineIdentity('tensorflow'), engine.identity);
  assert.notEqual((await engineIdentity('auto'))['engine'], 'tensorflow');
});

test('a model that does not fit in memory is refused by the name of its size', async () => {
  const config = { ...TINY, n_heads: 2e8 };
  await assert.rejects(
    openTensorFlow(config),
    /^Failure: n_heads: 200000000 is too big: training would take/,
  );
});
