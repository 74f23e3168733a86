// dataset: every pair (a, b) with its label and its set, split as `torch.manual_seed(seed)` and `randperm` split it, or not at
// all if there is no seed.
// Writes pairs.arrow, a-major, and summary.json.
import { datasetSummary, writePairs } from '../lib/artifacts/dataset.ts';
import { writeSummary } from '../lib/artifacts/summary.ts';
import { stage } from '../lib/runner/stage.ts';
import { gridRows, splitRows } from '../lib/task/split.ts';
import { params } from './dataset.params.ts';

await stage(params, async ({ params, out }) => {
  const { p, operation, train_fraction, seed } = params;
  const grid = gridRows(p, operation);
  const pairs = grid.a.length;
  const counted = { p, operation, pairs };
  if (seed === null) {
    await writePairs(out, params, grid, null);
    await writeSummary(out, datasetSummary, { ...counted, train_pairs: null, test_pairs: null });
    return console.log(`${pairs} pairs; it is not known which of them the model was trained on`);
  }
  const { train, test } = splitRows(p, train_fraction, seed, operation);
  const isTrain = new Uint8Array(pairs);
  for (const row of train) isTrain[row] = 1;
  await writePairs(out, params, grid, isTrain);
  await writeSummary(out, datasetSummary, {
    ...counted,
    train_pairs: train.length,
    test_pairs: test.length,
  });
  console.log(`${pairs} pairs: ${train.length} to train on, ${test.length} held out`);
});
