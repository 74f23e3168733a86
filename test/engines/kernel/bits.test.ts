// The promise of identical results: for one build, the same bits however many threads, however often, however resumed.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Build } from '../../../lib/engines/kernel/kernel.ts';
import { ADAMW, openModel, splitOf, testEachBuild } from './models.ts';

const CONFIG = { p: 31, d_model: 24, n_heads: 3, d_head: 9, d_mlp: 50 };
const { train, test: held_out } = splitOf(CONFIG.p, 0.4, 1);

async function trained(t: TestContext, build: Build, threads: number, steps: number[]) {
  const model = await openModel(t, build, CONFIG, { threads, seed: 4 });
  const losses: number[] = [];
  for (const count of steps) losses.push(...(await model.train(train, ADAMW, count)).loss);
  return { model, losses, ...model.readState() };
}

const isLong = Boolean(process.env['GROKSCOPE_LONG']);

testEachBuild(
  'the same bits on 1, 2, 3 and (native, or long) 7 threads, in one call or several',
  async (build, t) => {
    const first = await trained(t, build, 1, [60]);
    for (const [threads, steps] of [
      [1, [60]],
      [2, [60]],
      [3, [1, 39, 20]],
      [7, [20, 20, 20]],
    ] as const) {
      if (threads === 7 && build !== 'native' && !isLong) continue; // threads of WebAssembly spin while they wait
      const { weights, m, v, losses, model } = await trained(t, build, threads, [...steps]);
      assert.deepEqual(
        { weights, m, v },
        { weights: first.weights, m: first.m, v: first.v },
        `${threads} threads`,
      );
      assert.deepEqual(losses, first.losses);
      assert.deepEqual(await model.evaluate(held_out), await first.model.evaluate(held_out));
      assert.deepEqual(await model.gradients(train), await first.model.gradients(train));
    }
  },
);

testEachBuild('a state written back goes on with the same bits', async (build, t) => {
  const { weights: expected } = await trained(t, build, 2, [50]);
  const half = await trained(t, build, 2, [20]);
  const resumed = await openModel(t, build, CONFIG, { seed: 9 });
  await resumed.train(train, ADAMW, 3);
  resumed.writeState({ weights: half.weights, m: half.m, v: half.v, step: half.step });
  assert.equal(resumed.readState().step, 20);
  assert.deepEqual(resumed.readState().m, half.m);
  await resumed.train(train, ADAMW, 30);
  assert.deepEqual(resumed.readState().weights, expected);
});

testEachBuild('evaluation and forward passes leave weights and moments alone', async (build, t) => {
  const { model, weights, m, v } = await trained(t, build, 2, [5]);
  await model.evaluate(held_out);
  await model.gradients(held_out);
  await model.forward(held_out, { logits: true });
  assert.deepEqual(model.readState(), { weights, m, v, step: 5 });
});

testEachBuild('jobs queue up, and the event loop turns while one runs', async (build, t) => {
  const model = await openModel(t, build, CONFIG, { seed: 4 });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const [, before, , after] = await Promise.all([
    model.train(train, ADAMW, 400),
    model.evaluate(train),
    model.train(train, ADAMW, 1),
    model.evaluate(train),
  ]);
  clearInterval(timer);
  assert.ok(turns > 0);
  assert.notEqual(before.loss, after.loss);
  assert.equal(model.readState().step, 401);
});
