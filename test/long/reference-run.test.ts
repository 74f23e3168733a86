// The default run against what PyTorch and the published runs of the same seeds did. Takes the pipeline's own artifacts
// (minutes when they are not there yet), so only `npm run test:long` runs it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fourierSummary } from '../../lib/artifacts/fourier.ts';
import { logitsSummary } from '../../lib/artifacts/logits.ts';
import { progressSummary } from '../../lib/artifacts/progress.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { assertClose } from '../assert-close.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const skip = process.env['GROKSCOPE_LONG'] ? false : 'the default run takes minutes: npm run test:long';

const artifact = (...path: string[]): string => join(project, 'artifacts', ...path);

before(() => {
  if (skip) return;
  const { status } = spawnSync('npm', ['run', 'pipeline'], { cwd: project, stdio: 'inherit' });
  assert.equal(status, 0);
});

test('starts where PyTorch and the published runs start', { skip }, async () => {
  const fixture = join(project, 'test/fixtures/p113-seed999-split598.json');
  const golden = JSON.parse(readFileSync(fixture, 'utf8')) as {
    epoch_train_before_step_test_after_step: [number, number, number][];
  };
  const { columns } = await readArrow(artifact('train/history.arrow'));
  const [epochs, train, test] = ['epoch', 'train_loss', 'test_loss'].map(
    (name) => columns[name] as Float64Array,
  );
  assertClose('train loss, epoch 0', [train![0]!], [4.735886], { atol: 2e-6 });
  assertClose('test loss after one step', [test![0]!], [4.732173], { atol: 5e-6 });
  for (const [epoch, trainLoss, testLoss] of golden.epoch_train_before_step_test_after_step) {
    const row = epochs!.indexOf(epoch);
    if (row < 0 || epoch > 30) continue;
    assertClose(`epoch ${epoch}`, [train![row]!, test![row]!], [trainLoss, testLoss], { rtol: 1e-4 });
  }
});

test(
  'groks: memorises within 500 epochs, test accuracy 1 and test loss below 1e-5 at the end',
  { skip },
  async () => {
    const summary = await readSummary(artifact('train'), trainSummary);
    assert.ok('memorised_epoch' in summary);
    assert.equal(summary.epochs, 25_000);
    assert.ok(summary.memorised_epoch! <= 500, `memorised at ${summary.memorised_epoch}`);
    assert.equal(summary.test_accuracy, 1);
    assert.ok(summary.test_loss! < 1e-5, `test loss ${summary.test_loss}`);
    const below = summary.test_loss_below_0_1_epoch!;
    assert.ok(below >= 8_000 && below <= 11_500, `test loss below 0.1 at epoch ${below}`);
  },
);

test('ends with a sparse embedding: three to six key frequencies by each rule', { skip }, async () => {
  const { key_frequencies } = await readSummary(artifact('fourier'), fourierSummary);
  for (const [rule, frequencies] of Object.entries(key_frequencies!))
    assert.ok(frequencies.length >= 3 && frequencies.length <= 6, `${rule}: ${frequencies.join(' ')}`);
});

test('its measures lie in the bands of the published runs, and it is a clock', { skip }, async () => {
  const logits = await readSummary(artifact('logits'), logitsSummary);
  assert.ok(logits.not_measured === null);
  const explained = logits.logit_explained_by_key.uncentred!;
  assert.ok(explained >= 0.94 && explained <= 0.985, `logits explained ${explained}`);
  assert.ok(logits.restricted_loss_logits.all! < logits.loss.all!);
  assert.ok(logits.excluded_loss_logits.train! > 4, `excluded ${logits.excluded_loss_logits.train}`);
  const fourier = await readSummary(artifact('fourier'), fourierSummary);
  for (const name of ['energy_in_key_frequencies_W_E', 'energy_in_key_frequencies_W_logit'] as const)
    assert.ok(fourier[name]! > 0.95, `${name} ${fourier[name]}`);
  assert.equal(logits.verdict.clock, 'yes');
});

test(
  'its phases are about where the published ones were drawn by hand: 1,400 and 9,400',
  { skip },
  async () => {
    const { phases } = await readSummary(artifact('progress'), progressSummary);
    const memorised = phases!.memorisation!.to!;
    assert.ok(memorised >= 1_000 && memorised <= 2_000, `memorised at ${memorised}`);
    const { from, to } = phases!.cleanup!;
    assert.ok(from >= 8_000 && from <= 11_500 && to! > from && to! < 20_000, `cleanup ${from} to ${to}`);
  },
);
