// Touch it, in the explorer of the small run: what the page computes of the last network with a part taken out is what the
// stage logits found, from the file system and served.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { logitsSummary } from '../../lib/artifacts/logits.ts';
import { readSummary } from '../../lib/artifacts/summary.ts';
import { withoutHead } from '../../lib/measures/ablations.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { residualRows, runPair, scoreDirections } from '../../lib/network/forward.ts';
import { serve } from '../../lib/report/server.ts';
import type { Scores } from '../../lib/report/worker/score-messages.ts';
import { assertReadable } from '../report/readable.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { artifact, CONFIG, smallRun } from './small-run.ts';

/** What the page scores, by the shares that its address names. */
type Asked = Readonly<Record<string, number>>;

describe('touch it', { skip }, () => {
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];
  const written = (kept: Asked): string =>
    Object.entries(kept)
      .map((pair) => pair.join('='))
      .join('&');

  async function openPage(address: string): Promise<Page> {
    const opened = await context.newPage();
    opened.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    opened.on('pageerror', (error) => problems.push(error.message));
    await opened.goto(address);
    await opened.waitForSelector('#provenance');
    await opened.locator('#touch').scrollIntoViewIfNeeded();
    return opened;
  }
  /** Waits until the page has scored the network that was touched so. */
  async function scores(kept: Asked): Promise<Scores> {
    await page.waitForSelector(`#touch[data-of="${written(kept)}"]`);
    return JSON.parse((await page.locator('#touch').getAttribute('data-scores'))!) as Scores;
  }
  /** By a link, as a reader follows one. */
  async function follow(kept: Asked): Promise<Scores> {
    await page.evaluate(`location.hash = ${JSON.stringify(`epoch=0&${written(kept)}`)}`);
    return scores(kept);
  }
  const turn = (part: string, share: number): Promise<void> =>
    page.locator(`[data-part="${part}"]`).fill(String(share));

  before(async () => {
    const { code, output } = await smallRun();
    assert.equal(code, 0, output);
    context = await openContext({ width: 1280, height: 800 });
    page = await openPage(pathToFileURL(artifact('report', 'index.html')).href);
  });
  after(() => context?.close());

  test('each ablation has the losses of the stage logits, whatever epoch the slider is at', async () => {
    const found = await readSummary(artifact('logits'), logitsSummary);
    assert.ok(found.not_measured === null);
    const key = found.key_used;
    const clusters = await page
      .locator('[data-part^="neurons."]')
      .evaluateAll((all) => all.map((input) => input.getAttribute('data-part')!));
    assert.ok(key.length > 0 && clusters.length > 0);
    const whole = await follow({});
    assert.equal(whole.all!.accuracy, found.accuracy.all);
    const none = (names: readonly string[]): Asked => Object.fromEntries(names.map((name) => [name, 0]));
    const keys = key.map((k) => `W_E.${k}`);
    const { head_zeroed, mlp_zeroed, mlp_skip_zeroed } = found.ablation_loss_all;
    const { only_key, each_key_dropped, all_key_dropped } = found.embedding_frequency_loss_all;
    const expected: [Asked, number | null][] = [
      [{}, found.loss.all],
      ...head_zeroed.map((loss, head): [Asked, number | null] => [{ [`head.${head}`]: 0 }, loss]),
      ...key.map((k): [Asked, number | null] => [{ [`W_E.${k}`]: 0 }, each_key_dropped[k]!]),
      [none(keys), all_key_dropped],
      [{ 'W_E.others': 0 }, only_key],
      [none(clusters), mlp_zeroed],
      [{ past_mlp: 0 }, mlp_skip_zeroed],
    ];
    for (const [kept, loss] of expected) {
      assert.ok(loss !== null);
      const { all } = await follow(kept);
      const allowed = loss < 1e-6 ? 1e-3 : 1e-4;
      assert.ok(Math.abs(all!.loss - loss) < allowed * loss, `${written(kept)}: ${all!.loss}, not ${loss}`);
    }
  });

  test('the chosen pair follows a slider, as the reference computes it, and so do the circles', async () => {
    const { config, weights } = await readModel(artifact('train', 'model.safetensors'));
    await follow({});
    await page.locator('#touch-a').fill('3');
    await page.locator('#touch-b').fill('11');
    await turn('head.1', 0);
    await scores({ 'head.1': 0 });
    assert.match(page.url(), /head\.1=0/);
    const shown = JSON.parse((await page.locator('.touch-answer').getAttribute('data-logits'))!) as number[];
    const changed = withoutHead(config, weights, 1);
    const resid = residualRows(CONFIG, changed);
    const directions = scoreDirections(CONFIG, changed, resid[2]!);
    const { logits } = runPair(CONFIG, changed, directions, resid, 3, 11);
    logits.data.forEach((x, c) =>
      assert.ok(Math.abs(shown[c]! - x) < 1e-5 * Math.max(1, Math.abs(x)), `${c}`),
    );

    const circle = page.locator('.touch-follows .circle').first();
    const k = (await circle.getAttribute('data-frequency'))!;
    const reach = (): Promise<number> =>
      circle
        .locator('circle')
        .evaluateAll((dots) =>
          Math.max(...dots.map((dot) => Math.hypot(+dot.getAttribute('cx')!, +dot.getAttribute('cy')!))),
        );
    const before = await reach();
    await follow({ [`W_E.${k}`]: 0 });
    assert.ok((await reach()) < before);
  });

  test('asks what it were with frequencies that the reader names, key or not, and back leads to what it was', async () => {
    await follow({ past_mlp: 0.5 });
    const list = page.locator('#touch-only');
    await list.fill('0');
    assert.equal(await list.getAttribute('aria-invalid'), 'true');
    const parts = await page
      .locator('[data-part^="W_E."]')
      .evaluateAll((all) => all.map((input) => input.getAttribute('data-part')!));
    const free = [1, 2, 3, 4, 5, 6, 7, 8].find((k) => !parts.includes(`W_E.${k}`))!;
    await list.fill(String(free));
    await page.keyboard.press('Enter');
    await page.waitForSelector(`[data-part="W_E.${free}"]`);
    assert.equal(await page.locator('[data-part="W_E.others"]').inputValue(), '0');
    assert.equal(await page.locator('[data-part="past_mlp"]').inputValue(), '0.5');
    await page.goBack();
    await scores({ past_mlp: 0.5 });
    assert.equal(await page.locator(`[data-part="W_E.${free}"]`).count(), 0);
    assert.equal(await page.locator('[data-part="W_E.others"]').inputValue(), '1');
  });

  test('works by keyboard alone, and is readable by a screen reader, light and dark', async () => {
    await follow({});
    await page.locator('[data-part="head.0"]').focus();
    await page.keyboard.press('Home');
    await scores({ 'head.0': 0 });
    await assertReadable(page, '#touch'); // page.test.ts looks at the whole
    await page.getByRole('button', { name: 'As it is' }).press('Enter');
    await scores({});
  });

  test('served, it scores under the policy of the server; an address that asks for nonsense is not heard', async () => {
    const { server, url } = await serve(artifact());
    try {
      page = await openPage(`${url}report/#head.99=0&W_E.1=x&past_mlp=2&head.0=0.5&constructor=0`);
      const { all } = await scores({ 'head.0': 0.5 });
      assert.ok(all!.loss > 0);
      assert.deepEqual(problems, []);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
