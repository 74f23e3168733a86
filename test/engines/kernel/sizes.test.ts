// Sizes at which no padding fits: the kernel against the plain model in float64 and its finite differences.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from '../../../lib/files/tensor.ts';
import { openKernel } from '../../../lib/engines/kernel/kernel.ts';
import { WEIGHT_NAMES, weightShapes, parameterCount, type ModelConfig } from '../../../lib/network/config.ts';
import { initialWeights } from '../../../lib/network/initial.ts';
import { TorchGenerator } from '../../../lib/numerics/torch-generator.ts';
import { gridRows, takeRows } from '../../../lib/task/split.ts';
import { assertClose } from '../../assert-close.ts';
import { plainForward, plainLoss } from '../../network/plain-forward.ts';
import { ADAMW, flatten, openModel, testEachBuild } from './models.ts';

const SIZES: (ModelConfig & { rows: number })[] = [
  { p: 3, d_model: 1, n_heads: 1, d_head: 1, d_mlp: 1, rows: 1 },
  { p: 3, d_model: 7, n_heads: 3, d_head: 5, d_mlp: 13, rows: 9 },
  { p: 5, d_model: 7, n_heads: 3, d_head: 5, d_mlp: 13, rows: 17 },
  { p: 4, d_model: 9, n_heads: 2, d_head: 3, d_mlp: 6, rows: 16 },
  { p: 9, d_model: 16, n_heads: 4, d_head: 16, d_mlp: 33, rows: 65 },
  { p: 16, d_model: 16, n_heads: 2, d_head: 8, d_mlp: 32, rows: 256 },
  { p: 17, d_model: 18, n_heads: 6, d_head: 3, d_mlp: 40, rows: 129 },
];

const isLong = Boolean(process.env['GROKSCOPE_LONG']);
/** Rows of a gradient, each of which the plain model runs twenty times: not a multiple of any width. */
const GRADIENT_ROWS = isLong ? Infinity : 19;

/** The first rows of the grid of a task that is not symmetric. */
const rowsOf = (p: number, n: number) =>
  takeRows(
    gridRows(p, 'subtract'),
    Int32Array.from({ length: n }, (_, i) => i),
  );

for (const { rows, ...config } of SIZES) {
  const name = `p=${config.p} d_model=${config.d_model} n_heads=${config.n_heads} d_head=${config.d_head} d_mlp=${config.d_mlp}`;
  const batch = rowsOf(config.p, rows);
  const few = rowsOf(config.p, Math.min(rows, GRADIENT_ROWS));
  // Larger than initial weights, so that attention and neurons have something to say.
  const weights = flatten(initialWeights(config, 7)).map((x) => 3 * x);

  const exact = Float64Array.from(weights);
  const generator = new TorchGenerator(1);
  const directions = Object.fromEntries(
    WEIGHT_NAMES.map((key) => [key, generator.normal(sizeOf(weightShapes(config)[key]), 1)]),
  );
  /** By weight, the derivative of the plain loss along a direction: found once, for every build. */
  const derivatives = new Map<string, number>();
  function derivativeAlong(key: string, offset: number): number {
    const along = (scale: number): number => {
      const moved = Float64Array.from(weights);
      directions[key]!.forEach((x, i) => (moved[offset + i]! += scale * x));
      return plainLoss(config, moved, few);
    };
    const known = derivatives.get(key) ?? (along(1e-6) - along(-1e-6)) / 2e-6;
    derivatives.set(key, known);
    return known;
  }

  let plain: { logits: number[]; loss: number } | null = null;
  /** What the plain model makes of the batch: found once, too. */
  const findPlain = () =>
    (plain ??= {
      logits: Array.from(batch.a, (a, i) => plainForward(config, exact, a, batch.b[i]!).logits).flat(),
      loss: plainLoss(config, exact, batch),
    });

  testEachBuild(`logits and loss of the plain model at ${name}, ${rows} rows`, async (build, t) => {
    const model = await openModel(t, build, config, { weights });
    const { logits } = await model.forward(batch, { logits: true });
    const expected = findPlain();
    assertClose('logits', logits!, expected.logits, { ofLargest: 1e-5 });
    const { loss } = await model.evaluate(batch);
    assertClose('loss', [loss], [expected.loss], { rtol: 1e-5 });
  });

  testEachBuild(`gradients as finite differences of the plain loss at ${name}`, async (build, t) => {
    const model = await openModel(t, build, config, { weights });
    const gradient = await model.gradients(few);
    let offset = 0;
    for (const key of WEIGHT_NAMES) {
      const direction = directions[key]!;
      const size = direction.length;
      const part = gradient.subarray(offset, offset + size);
      const actual = part.reduce((total, g, i) => total + g * direction[i]!, 0);
      const scale = Math.sqrt(part.reduce((total, g) => total + g * g, 0) * size);
      const expected = derivativeAlong(key, offset);
      assertClose(`d loss / d ${key}`, [actual], [expected], { atol: 1e-5 * scale + 1e-7 });
      offset += size;
    }
  });
}

testEachBuild('training lowers the loss at sizes that need padding', async (build, t) => {
  const config = { p: 11, d_model: 7, n_heads: 3, d_head: 5, d_mlp: 13 };
  const model = await openModel(t, build, config);
  const { loss } = await model.train(gridRows(11, 'multiply'), ADAMW, 300);
  assert.ok(loss[299]! < 0.9 * loss[0]!, `${loss[0]} to ${loss[299]}`);
  assert.equal(model.readState().weights.length, parameterCount(config));
});

test('a p below 3, a size of zero and rows off the grid are refused by name', async (t) => {
  const kernel = await openKernel('wasm');
  const config = { p: 5, d_model: 4, n_heads: 1, d_head: 2, d_mlp: 3 };
  await assert.rejects(kernel.open({ ...config, p: 2 }, 1), /p: 2 \(expected a whole number from 3 to 499\)/);
  await assert.rejects(
    kernel.open({ ...config, d_head: 0 }, 1),
    /d_head: 0 \(expected a whole number from 1\)/,
  );
  const model = await openModel(t, 'wasm', config);
  const [a, b, label] = [Int32Array.of(0), Int32Array.of(5), Int32Array.of(0)];
  await assert.rejects(model.evaluate({ a, b, label }), /b\[0\]: 5 \(expected 0 to 4\)/);
  await assert.rejects(model.evaluate({ a, b: a, label: new Int32Array(0) }), /lengths 1, 1, 0/);
});

test('a model that its build cannot address, and pairs for whose gradients there is no memory, are refused by name', async () => {
  const kernel = await openKernel('wasm');
  const config = { p: 7, d_model: 3_000_000, n_heads: 2, d_head: 4, d_mlp: 2000 };
  await assert.rejects(
    kernel.open(config, 1),
    /^Failure: d_model: 3000000 is too big: .* there is 4\.0 GiB$/,
  );
  const model = await kernel.open({ p: 7, d_model: 4, n_heads: 1, d_head: 2, d_mlp: 20_000 }, 1);
  const row = new Int32Array(200_000);
  await assert.rejects(
    model.train({ a: row, b: row, label: row }, ADAMW, 1),
    /^Failure: d_mlp: 20000 is too big: training would take \d+\.\d GiB/,
  );
  model.close();
});
