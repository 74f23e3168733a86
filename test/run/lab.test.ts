// The lab with the params of the small run: it saves the very file that the pipeline wrote.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { logitsSummary } from '../../lib/artifacts/logits.ts';
import type { Scores } from '../../lib/report/worker/score-messages.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { buildLab } from '../../lib/report/lab.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { artifact, EPOCHS, inFolder, SETS, smallRun } from './small-run.ts';

test('what the lab saves is model.safetensors of npm run pipeline, byte for byte', { skip }, async (t) => {
  const { code, output } = await smallRun();
  assert.equal(code, 0, output);
  const path = inFolder('lab.html');
  await writeFile(path, await buildLab());
  const context = await openContext({ width: 1280, height: 800 });
  t.after(() => context.close());
  const page = await context.newPage();
  // The settings of the lab are spelled in its address as they are after --set.
  await page.goto(`${pathToFileURL(path).href}#${SETS.join('&')}&dataset.seed=598&train.seed=999`);
  await page.waitForSelector('#lab[data-phase="ready"]');
  await page.locator('#lab-until').fill(String(EPOCHS));
  await page.getByRole('button', { name: 'Start' }).click();
  await page.waitForSelector(`#lab[data-phase="paused"][data-epochs="${EPOCHS}"]`);
  assert.match((await page.locator('#lab .status').textContent()) ?? '', /^Grokked at epoch \d+/);
  const { arithmetic } = await readSummary(artifact('train'), trainSummary);
  if ((await page.locator('#lab').getAttribute('data-arithmetic')) !== arithmetic)
    return t.skip(`this browser's arithmetic is not the ${arithmetic} one that the pipeline had here`);
  // The network that learnt is touched as that of the explorer: without a head it has the loss that the pipeline finds.
  await page.getByRole('button', { name: 'Touch it' }).click();
  const head = page.locator('#touch [data-part="head.0"]');
  await head.fill('0');
  await page.waitForSelector('#touch[data-of="head.0=0"]');
  const scores = JSON.parse((await page.locator('#touch').getAttribute('data-scores'))!) as Scores;
  const found = await readSummary(artifact('logits'), logitsSummary);
  assert.ok(found.not_measured === null);
  const expected = found.ablation_loss_all.head_zeroed[0]!;
  assert.ok(Math.abs(scores.all!.loss - expected) < 1e-4 * expected, `${scores.all!.loss}, not ${expected}`);
  for (const k of found.key_used) assert.equal(await page.locator(`[data-part="W_E.${k}"]`).count(), 1);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save weights' }).click(),
  ]);
  const saved = await readFile(await download.path());
  assert.ok(saved.equals(await readFile(artifact('train', 'model.safetensors'))));
});
