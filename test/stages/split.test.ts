// A network whose training pairs are not known: every stage gives losses over all pairs only.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { datasetSummary } from '../../lib/artifacts/dataset.ts';
import { logitsSummary } from '../../lib/artifacts/logits.ts';
import { readMeasures } from '../../lib/artifacts/measures.ts';
import { progressSummary } from '../../lib/artifacts/progress.ts';
import { openRun } from '../../lib/artifacts/run.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { openArrow, readArrow } from '../../lib/files/arrow.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { scoreLogits } from '../../lib/network/loss.ts';
import { assertClose } from '../assert-close.ts';
import { runPipeline } from '../run-pipeline.ts';
import { temporaryFolder } from './start-stage.ts';
import { runEachStage } from './each-stage.ts';

// Its losses, the last 0.25, and its two checkpoints are made up: they belong to no split.
const model = fileURLToPath(new URL('../fixtures/models/demo.pth', import.meta.url));
const folder = await temporaryFolder({ after });
const run = (targets: readonly string[], ...sets: string[]) =>
  runPipeline(folder, targets, ['dataset.p=5', ...sets]);

/** What train in `artifacts` says of the model, with the reason why its split is not known. */
async function assertUnknown(artifacts: string, output: string, why: RegExp): Promise<void> {
  const artifact = (stage: string): string => join(artifacts, stage);
  const summary = await readSummary(artifact('train'), trainSummary);
  assert.ok('why_no_split' in summary);
  assert.match(summary.why_no_split!, why);
  assert.ok(output.includes(`on all pairs; ${summary.why_no_split!.slice(0, 60)}`), output);
  const { train_pairs, test_pairs, train_loss, test_loss, train_accuracy, test_accuracy } = summary;
  const ofSets = [train_pairs, test_pairs, train_loss, test_loss, train_accuracy, test_accuracy];
  assert.deepEqual(ofSets, Array(6).fill(null));
  // Every stage opens it so.
  const needs = { dataset: artifact('dataset'), train: artifact('train') };
  const { config, weights, grid, train, test, why_no_split } = await openRun(needs);
  assert.deepEqual([train.label.length, test.label.length, grid.label.length], [0, 0, 25]);
  assert.equal(why_no_split, summary.why_no_split);
  const { loss, accuracy } = scoreLogits(runNetwork(config, weights, grid).logits.data, grid.label, 5);
  assertClose('over all pairs', [summary.all_loss!, summary.all_accuracy!], [loss, accuracy], { rtol: 1e-5 });
}

test('without a seed measures, summaries and figures are those of all pairs', async () => {
  const given = { dataset: { p: 5, seed: null }, train: { start: model }, attention: { example: [1, 2] } };
  const { needs, logs } = await runEachStage(join(folder, 'stages'), given);
  const artifact = (stage: string): string => needs[stage]!;
  const { train_pairs, test_pairs, pairs } = await readSummary(artifact('dataset'), datasetSummary);
  assert.deepEqual([train_pairs, test_pairs, pairs], [null, null, 25]);
  await assertUnknown(
    join(folder, 'stages'),
    logs['train']!,
    /^dataset\.seed is null, so which pairs it was trained on is not known$/,
  );

  const { scalars } = await readMeasures(artifact('measures'));
  assert.ok(scalars.includes('loss_all') && scalars.includes('excluded_loss_logits_all'));
  assert.deepEqual(
    scalars.filter((column) => /_(train|test)$/.test(column)),
    [],
  );
  const logits = await readSummary(artifact('logits'), logitsSummary);
  assert.ok(logits.verdict);
  const { loss, excluded_loss_logits, verdict } = logits;
  for (const of of [loss, excluded_loss_logits]) {
    assert.deepEqual([of.train, of.test], [null, null]);
    assert.ok(of.all! > 0);
  }
  assert.equal(logits.excluded_loss_logits_per_frequency_train, null);
  assert.equal(logits.excluded_loss_logits_per_frequency_all.length, 2);
  assert.equal(verdict.criteria[0]!.name, 'accuracy, all pairs');
  const { phases, milestones } = await readSummary(artifact('progress'), progressSummary);
  assert.deepEqual([phases, milestones!.largest_test_loss], [null, null]);

  const { columns } = await readArrow(join(artifact('logits'), 'excluded_loss.arrow'));
  assert.deepEqual(Object.keys(columns), ['logits', 'frequency', 'loss']);
  assert.deepEqual(await namesIn(artifact('progress'), 'progress_measures', 'series'), [
    'all pairs',
    'excluded, logits (all pairs)',
    'restricted, logits (all pairs)',
  ]);
  assert.deepEqual(await namesIn(artifact('logits'), 'losses', 'set'), ['all']);
});

async function namesIn(folder: string, figure: string, column: string): Promise<string[]> {
  const file = await openArrow(join(folder, `${figure}.arrow`));
  const names = (await file.readColumn(column)) as string[];
  await file.close();
  return [...new Set(names)].sort();
}

test('a split on which a model has another train loss than it ended with is not its own: train warns', async () => {
  const { code, output } = await run(['train'], 'dataset.seed=598', `train.start=${model}`);
  assert.equal(code, 0, output);
  await assertUnknown(
    join(folder, 'artifacts'),
    output,
    /^it ended with a train loss of 2\.50e-1 and has 5\.\d\de\+2 on the train pairs of/,
  );
});

test('nothing is trained without a seed of the split: refused before anything runs, with the place', async () => {
  for (const sets of [['train.start=seed'], [`train.start=${model}`, 'train.go_on=true']]) {
    const { code, output } = await run(['train'], 'dataset.seed=null', ...sets);
    assert.equal(code, 2);
    assert.match(
      output,
      /^--set dataset\.seed must be a number if a network is trained \(null is for a model/m,
    );
  }
});
