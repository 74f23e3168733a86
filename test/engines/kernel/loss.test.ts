// The loss down to where float64 softmax would need help: confident models, hopeless ones, and ones that have diverged.
import assert from 'node:assert/strict';
import type { KernelModel } from '../../../lib/engines/kernel/model.ts';
import { viewWeights, parameterCount } from '../../../lib/network/config.ts';
import { gridRows } from '../../../lib/task/split.ts';
import { assertClose } from '../../assert-close.ts';
import { exactLoss, HARD_LOGITS } from '../../network/exact-loss.ts';
import { openModel, testEachBuild } from './models.ts';

const CONFIG = { p: 5, d_model: 5, n_heads: 1, d_head: 1, d_mlp: 1 };
const grid = gridRows(CONFIG.p, 'add');

/** Sets weights so that every pair's logits are `logits`. */
function setLogits(model: KernelModel, logits: readonly number[]): void {
  const flat = new Float32Array(parameterCount(CONFIG));
  const weights = viewWeights(CONFIG, flat);
  weights.W_pos.data.set([1, 0, 0, 0, 0], 2 * CONFIG.d_model);
  weights.W_U.data.set(logits);
  model.writeState({ weights: flat });
}

testEachBuild('the loss of confident logits to one part in a million, however small', async (build, t) => {
  const model = await openModel(t, build, CONFIG);
  for (const logits of HARD_LOGITS) {
    setLogits(model, logits);
    const y0 = grid.label.map(() => 0);
    const { loss } = await model.evaluate({ ...grid, label: y0 });
    assertClose(`logits ${logits.join(' ')}`, [loss], [exactLoss(logits, 0)], { rtol: 1e-6 });
    const all = await model.evaluate(grid);
    const expected = logits.reduce((s, _, y) => s + exactLoss(logits, y), 0) / CONFIG.p;
    assertClose(`all labels, logits ${logits.join(' ')}`, [all.loss], [expected], { rtol: 1e-6 });
  }
});

testEachBuild("its gradient keeps the label's share when softmax is one to float32", async (build, t) => {
  const model = await openModel(t, build, CONFIG);
  const logits = [30, 2, 0, 0, 0];
  setLogits(model, logits);
  const gradient = await model.gradients({ ...grid, label: grid.label.map(() => 0) });
  const d_W_U = viewWeights(CONFIG, gradient).W_U.data.subarray(0, CONFIG.p);
  const total = logits.reduce((s, x) => s + Math.exp(x - 30), 0);
  const share = logits.map((x) => Math.exp(x - 30) / total);
  const expected = share.map((x, c) => (c === 0 ? -(share[1]! + share[2]! + share[3]! + share[4]!) : x));
  assertClose('d loss / d logits', d_W_U, expected, { rtol: 1e-5 });
});

testEachBuild('accuracy counts the first of equal logits, as argmax does', async (build, t) => {
  const model = await openModel(t, build, CONFIG);
  setLogits(model, [1, 4, 4, 0, 0]);
  const accuracyOf = async (y: number) =>
    (await model.evaluate({ ...grid, label: grid.label.map(() => y) })).accuracy;
  assert.deepEqual([await accuracyOf(0), await accuracyOf(1), await accuracyOf(2)], [0, 1, 0]);
});

testEachBuild(
  'a model that diverged has a loss that is not finite, and no right answer',
  async (build, t) => {
    const model = await openModel(t, build, CONFIG);
    setLogits(model, [NaN, 0, 0, 0, 0]);
    const { loss, accuracy } = await model.evaluate(grid);
    assert.ok(!Number.isFinite(loss));
    assert.equal(accuracy, 0);
  },
);
