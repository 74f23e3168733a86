// The lab with the params of the small run: it saves the very file that the pipeline wrote.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { logitsSummary } from '../../lib/artifacts/logits.ts';
import { neuronsSummary } from '../../lib/artifacts/neurons.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import type { Scores } from '../../lib/report/worker/score-messages.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { buildLab } from '../../lib/report/lab.ts';
import { assertReadable } from '../report/readable.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { artifact, CONFIG, EPOCHS, inFolder, SETS, smallRun } from './small-run.ts';

/** In the page: how many listen to the address. */
const COUNT_LISTENERS = `{
  const add = addEventListener.bind(window);
  window.listening = 0;
  window.addEventListener = (type, listener, options) => {
    if (type === 'hashchange') {
      listening++;
      options?.signal?.addEventListener('abort', () => listening--);
    }
    add(type, listener, options);
  };
}`;

test('what the lab saves is model.safetensors of npm run pipeline, byte for byte', { skip }, async (t) => {
  const { code, output } = await smallRun();
  assert.equal(code, 0, output);
  const path = inFolder('lab.html');
  await writeFile(path, await buildLab());
  const context = await openContext({ width: 1280, height: 800 });
  t.after(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.addInitScript(COUNT_LISTENERS);
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
  await page.getByRole('button', { name: 'Look inside' }).click();
  const head = page.locator('#touch [data-part="head.0"]');
  await head.fill('0');
  await page.waitForSelector('#touch[data-of="head.0=0"]');
  const scores = JSON.parse((await page.locator('#touch').getAttribute('data-scores'))!) as Scores;
  const found = await readSummary(artifact('logits'), logitsSummary);
  assert.ok(found.not_measured === null);
  const expected = found.ablation_loss_all.head_zeroed[0]!;
  assert.ok(Math.abs(scores.all!.loss - expected) < 1e-4 * expected, `${scores.all!.loss}, not ${expected}`);
  for (const k of found.key_used) assert.equal(await page.locator(`[data-part="W_E.${k}"]`).count(), 1);
  // It is asked, and its neurons are shown, by the sections of the explorer: with the logits and the neurons of the stages.
  for (const [id, value] of Object.entries({ 'sum-a': 3, 'sum-b': 11 }))
    await page.locator(`#${id}`).fill(String(value));
  assert.match((await page.locator('#sum .verdict').textContent()) ?? '', /^3 \+ 11 = 14 .*after 401 epochs/);
  const shown = JSON.parse((await page.locator('#sum').getAttribute('data-logits'))!) as number[];
  const { columns } = await readArrow(artifact('activations', 'logits.arrow'));
  const end = (3 * CONFIG.p + 11 + 1) * 3 * CONFIG.p;
  const logits = Array.from((columns['value'] as Float32Array).subarray(end - CONFIG.p, end));
  const mean = logits.reduce((sum, x) => sum + x, 0) / CONFIG.p;
  logits.forEach((x, c) => assert.ok(Math.abs(shown[c]! - (x - mean)) < 1e-4, `${c}`));
  const neurons = await readSummary(artifact('neurons'), neuronsSummary);
  assert.ok(neurons.not_measured === null);
  for (const [k, count] of Object.entries(neurons.clusters))
    assert.equal(await page.locator(`#cluster-k${k} option:not([disabled])`).count(), count);
  for (const picture of ['#sum .chart', '#neurons .chart', '#touch .circles', 'table.attention'])
    assert.equal(
      await page.locator(`${picture} + .save`).count(),
      await page.locator(picture).count(),
      picture,
    );
  // Looked at again, the sections before are gone with all that they listened to.
  const listening = await page.evaluate<number>('listening');
  await page.evaluate(`document.getElementById('touch').classList.add('before')`);
  await page.getByRole('button', { name: 'Look inside' }).click();
  await page.waitForSelector('#touch:not(.before)');
  assert.equal(await page.evaluate('listening'), listening);
  await assertReadable(page);
  assert.deepEqual(problems, []);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save weights' }).click(),
  ]);
  const saved = await readFile(await download.path());
  assert.ok(saved.equals(await readFile(artifact('train', 'model.safetensors'))));
});
