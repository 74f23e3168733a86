// Both builds against numbers that PyTorch computed: test/fixtures/README.md says how they were made.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { WEIGHT_NAMES, viewWeights, type ModelConfig } from '../../../lib/network/config.ts';
import { gridRows } from '../../../lib/task/split.ts';
import { assertClose, type Tolerance } from '../../assert-close.ts';
import { ADAMW, openModel, readTiny, splitOf, testEachBuild, TINY } from './models.ts';

const CLOSE = { ofLargest: 1e-5 };

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));

/** Each weight against its own largest value. */
function assertWeights(
  name: string,
  actual: Float32Array,
  expected: Float32Array,
  tolerance: Tolerance,
): void {
  const [views, wanted] = [viewWeights(TINY, actual), viewWeights(TINY, expected)];
  for (const key of WEIGHT_NAMES) assertClose(`${name} ${key}`, views[key].data, wanted[key].data, tolerance);
}

/** Rows of `=` (the last position) of a cached activation [pairs, 3, width]. */
function atEquals({ shape, data }: { shape: readonly number[]; data: Float32Array }): Float32Array {
  const [rows = 0, positions = 0, width = 0] = shape;
  const out = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    const start = (i * positions + positions - 1) * width;
    out.set(data.subarray(start, start + width), i * width);
  }
  return out;
}

testEachBuild('forward pass, neurons before and after the ReLU and logits, as PyTorch', async (build, t) => {
  const { tensors, weightsOf } = await readTiny();
  const model = await openModel(t, build, TINY, { weights: weightsOf('init') });
  const grid = gridRows(TINY.p, 'add');
  const { neurons: pre } = await model.forward(grid, { neurons: 'pre' });
  const { neurons: post, logits } = await model.forward(grid, { neurons: 'post', logits: true });
  assertClose('hook_pre', pre!, atEquals(tensors['cache/blocks.0.mlp.hook_pre']!), CLOSE);
  assertClose('hook_post', post!, atEquals(tensors['cache/blocks.0.mlp.hook_post']!), CLOSE);
  assertClose('logits', logits!, atEquals(tensors.logits!), CLOSE);
});

testEachBuild('gradients of every weight as PyTorch', async (build, t) => {
  const { weightsOf } = await readTiny();
  const model = await openModel(t, build, TINY, { weights: weightsOf('init') });
  const gradients = await model.gradients(splitOf(TINY.p, 0.5, 5).train);
  assertWeights('gradient', gradients, weightsOf('grad'), CLOSE);
});

testEachBuild('200 AdamW steps as PyTorch: losses, and weights after 1, 10 and 200', async (build, t) => {
  const { weightsOf } = await readTiny();
  const losses = readJson('tiny-losses.json') as { train_before_step_test_after_step: [number, number][] };
  const expected = losses.train_before_step_test_after_step;
  const model = await openModel(t, build, TINY, { weights: weightsOf('init') });
  const { train, test } = splitOf(TINY.p, 0.5, 5);
  const actual: [number, number][] = [];
  for (let step = 1; step <= 200; step++) {
    const { loss } = await model.train(train, ADAMW, 1);
    actual.push([loss[0]!, (await model.evaluate(test)).loss]);
    if ([1, 10, 200].includes(step))
      assertWeights(`after ${step}`, model.readState().weights, weightsOf(`after_${step}`), {
        ofLargest: step === 200 ? 2e-2 : 1e-5,
      });
  }
  assertClose('first 100', actual.slice(0, 100).flat(), expected.slice(0, 100).flat(), { rtol: 1e-5 });
  assertClose('losses', actual.flat(), expected.flat(), { rtol: 1e-3 });
  assert.equal(model.readState().step, 200);
});

/** Builds of WebAssembly take four times as long. */
const epochsOf = (build: string): number => (build === 'native' || process.env['GROKSCOPE_LONG'] ? 31 : 6);

testEachBuild(
  'the published run starts as published at p = 113: 31 epochs, 6 in WebAssembly',
  async (build, t) => {
    const config: ModelConfig = { p: 113, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 };
    const golden = readJson('p113-seed999-split598.json') as {
      epoch_train_before_step_test_after_step: [number, number, number][];
    };
    const model = await openModel(t, build, config, { seed: 999 });
    const { train, test } = splitOf(113, 0.3, 598);
    const epochs = golden.epoch_train_before_step_test_after_step.slice(0, epochsOf(build));
    for (const [epoch, train_loss, test_loss] of epochs) {
      const { loss } = await model.train(train, ADAMW, 1);
      const tolerance = { rtol: 1e-4 };
      assertClose(`train, epoch ${epoch}`, loss, [train_loss], epoch === 0 ? { atol: 2e-6 } : tolerance);
      const after = (await model.evaluate(test)).loss;
      assertClose(`test, epoch ${epoch}`, [after], [test_loss], epoch === 0 ? { atol: 5e-6 } : tolerance);
    }
  },
);
