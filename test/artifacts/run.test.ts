// What a stage reads of a run, and what is refused before it computes anything.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openNetwork, openRun } from '../../lib/artifacts/run.ts';
import { writeNetwork } from '../../lib/artifacts/train.ts';
import type { Failure } from '../../lib/files/failure.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { temporaryFolder, writeDataset } from '../stages/start-stage.ts';

const config = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const weights = initialWeights(config, 3);

/** A network for p = 7 beside pairs of `p`. */
async function leave(t: TestContext, p: number, of = weights): Promise<{ dataset: string; train: string }> {
  const folder = await temporaryFolder(t);
  const needs = { dataset: join(folder, 'dataset'), train: join(folder, 'train') };
  await writeDataset(needs.dataset, p, 'subtract');
  await mkdir(needs.train);
  await writeNetwork(needs.train, { config, weights: of, biases: null });
  return needs;
}

test('a run is its network, its task and its pairs', async (t) => {
  const { task, grid, train, test, why_no_split, ...network } = await openRun(await leave(t, 7));
  assert.deepEqual(network, { config, weights, biases: null, carrying: { config, weights } });
  assert.equal(why_no_split, null);
  assert.deepEqual(task, { p: 7, operation: 'subtract', train_fraction: 0.5, seed: 1 });
  assert.deepEqual([grid.label.length, train.label.length, test.label.length], [49, 24, 25]);
});

test('a network of another p is refused with the param to set; without the pairs it is read', async (t) => {
  const needs = await leave(t, 5);
  await assert.rejects(openRun(needs), (error: Failure) => {
    assert.equal(error.message, 'the model has p = 7, the dataset p = 5');
    assert.equal(error.remedy, 'set dataset.p to 7, as with --set dataset.p=7');
    return true;
  });
  assert.deepEqual(await openNetwork(needs), { config, weights, biases: null });
});

test('weights that are not finite are refused by their name', async (t) => {
  const broken = structuredClone(weights);
  broken.W_in.data[5] = NaN;
  const needs = await leave(t, 7, broken);
  const message =
    /model\.safetensors does not hold this model: blocks\.0\.mlp\.W_in has values that are not finite$/;
  await assert.rejects(openRun(needs), { message });
  await assert.rejects(openNetwork(needs), { message });
});

test('a stage whose needs leave one out is told to add it', async (t) => {
  const { dataset, train } = await leave(t, 7);
  for (const [needs, stage] of [
    [{ dataset }, 'train'],
    [{ train }, 'dataset'],
  ] as const)
    await assert.rejects(openRun(needs), {
      message: `${stage} is not among the needs of this stage`,
      remedy: `add ${stage} to its needs in pipeline.yaml`,
    });
});
