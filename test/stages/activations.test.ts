import assert from 'node:assert/strict';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readSummary } from '../../lib/files/summary.ts';
import { ACTIVATION_NAMES } from '../../lib/model/hooks.ts';
import { initialWeights } from '../../lib/model/initial.ts';
import { writeModel } from '../../lib/model/model-file.ts';
import { writePairs } from '../../lib/task/pairs.ts';
import { gridRows } from '../../lib/task/split.ts';
import { params } from '../../stages/activations.params.ts';
import { startStage, temporaryFolder, type Ended } from './start-stage.ts';

/** Runs the stage on an untrained model and a dataset; `out` is a new folder each time. */
async function run(t: TestContext, p: { model: number; dataset: number }): Promise<Ended & { out: string }> {
  const folder = await temporaryFolder(t);
  const needs = { dataset: join(folder, 'dataset'), train: join(folder, 'train') };
  const out = join(folder, 'out');
  for (const path of [needs.dataset, needs.train, out]) await mkdir(path);
  const config = { p: p.model, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
  await writeModel(join(needs.train, 'model.safetensors'), config, initialWeights(config, 3));
  const task = { p: p.dataset, operation: 'add', train_fraction: 0.5, seed: 1 } as const;
  const isTrain = new Uint8Array(p.dataset ** 2);
  await writePairs(join(needs.dataset, 'pairs.arrow'), task, gridRows(p.dataset, 'add'), isTrain);
  return { ...(await startStage('activations', params, {}, needs, out)), out };
}

test('lists the hooks with their shapes, says what computed, and leaves a file for each', async (t) => {
  const { exitCode, log, out } = await run(t, { model: 7, dataset: 7 });
  assert.equal(exitCode, 0, log);
  assert.match(log, /^forward pass: TensorFlow/);
  assert.match(log, /^hook_embed \[49, 3, 8\]\nhook_pos_embed \[49, 3, 8\]\nblocks.0.hook_resid_pre/m);
  assert.match(log, /^blocks.0.attn.hook_pattern \[49, 2, 3, 3\]$/m);
  assert.match(log, /^logits \[49, 3, 7\]$/m);
  const expected = [...ACTIVATION_NAMES.map((name) => `${name}.arrow`), 'summary.json'];
  assert.deepEqual((await readdir(out)).sort(), expected.sort());
  // An untrained network guesses: ln(7) is 1.95.
  const { loss, accuracy, ...rest } = await readSummary(out);
  assert.deepEqual(rest, { p: 7, pairs: 49, hooks: 15 });
  assert.ok(typeof loss === 'number' && loss > 1.8 && loss < 3, String(loss));
  assert.ok(typeof accuracy === 'number' && accuracy >= 0 && accuracy < 0.5, String(accuracy));
});

test('leaves the same bytes each time', async (t) => {
  const [first, second] = [await run(t, { model: 5, dataset: 5 }), await run(t, { model: 5, dataset: 5 })];
  for (const name of await readdir(first.out))
    assert.deepEqual(await readFile(join(first.out, name)), await readFile(join(second.out, name)), name);
});

test('a model and a dataset of different p are refused', async (t) => {
  const { exitCode, message } = await run(t, { model: 7, dataset: 5 });
  assert.equal(exitCode, 1);
  assert.equal(message, 'the model has p = 7, the dataset p = 5');
});
