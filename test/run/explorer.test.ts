// The explorer of the small run under a reader's hands: played, moved by keys, read by pointer and by keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { readArrow } from '../../lib/files/arrow.ts';
import { short } from '../../lib/report/page/parts/numbers.ts';
import { settled } from '../report/browser.ts';
import { assertReadable } from '../report/readable.ts';
import { assertTold } from '../report/readings.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { artifact, CHECKPOINT_EVERY, smallRun } from './small-run.ts';

describe('the explorer in use', { skip }, () => {
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];
  const epoch = (): Promise<string> => page.locator('#epoch').inputValue();
  /** The page with another view in its address; as a link opens it if `isNew`, else as it is, moved there. */
  const open = async (view: string, { isNew = false } = {}): Promise<void> => {
    if (isNew) await page.goto('about:blank');
    await page.goto(pathToFileURL(artifact('report', 'index.html')).href + view);
    await page.waitForSelector('#provenance');
  };

  before(async () => {
    const { code, output } = await smallRun();
    assert.equal(code, 0, output);
    context = await openContext({ width: 1280, height: 800 });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
  });
  after(() => context?.close());

  test('plays from the first checkpoint to the last and stops there; space stops it and lets it go on; nothing starts by itself', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open('');
    const last = (await page.locator('#epoch').getAttribute('max'))!;
    assert.equal(await epoch(), last);
    const play = page.locator('.play');
    assert.equal(await play.getAttribute('aria-label'), 'play');
    await page.locator('#epoch').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.locator('.slider output strong', { hasText: /^(?!0$)/ }).waitFor();
    await page.keyboard.press('Space');
    assert.equal(await play.getAttribute('aria-label'), 'play');
    // On from the last but two: each is shown for half a second.
    await page.locator('#epoch').fill(String(Number(last) - 2));
    await play.press('Space');
    await page.waitForSelector('.play[aria-label="play"]');
    assert.equal(await epoch(), last);
    await page.emulateMedia({ reducedMotion: null });
    assert.deepEqual(problems, []);
  });

  test('an epoch that is no checkpoint is that of the nearest, and the page says which, until the reader moves on', async () => {
    await open(`#epoch=${CHECKPOINT_EVERY + 1}`, { isNew: true });
    assert.equal(await epoch(), '1');
    const said = page.locator('.asked');
    assert.equal(
      await said.textContent(),
      `There is no checkpoint at epoch ${CHECKPOINT_EVERY + 1}; the nearest is at ${CHECKPOINT_EVERY}.`,
    );
    await page.keyboard.press('ArrowRight');
    assert.equal(await epoch(), '2');
    assert.equal(await said.textContent(), '');
    await open('#epoch=999999');
    assert.equal(await epoch(), await page.locator('#epoch').getAttribute('max'));
  });

  test('what follows going back at once is a step of its own', async () => {
    await open(`#epoch=0`);
    await page.keyboard.press('End');
    await page.goBack();
    assert.equal(await epoch(), '0');
    await page.keyboard.press('ArrowRight');
    await page.goBack();
    assert.equal(await epoch(), '0');
    assert.deepEqual(problems, []);
  });

  test('every chart and grid tells value and place where the pointer is, and where arrow keys lead, which move no epoch then', async () => {
    await open('#epoch=100');
    await assertTold(page, 25);
    assert.equal(await epoch(), '4');
    assert.equal(
      await page.locator('.hidden[aria-live=polite]').textContent(),
      await page.locator('.reading span').textContent(),
    );

    const { columns, rows } = await readArrow(artifact('train', 'history.arrow'));
    const at = Array.from(columns['epoch'] as Float64Array).indexOf(100);
    const [train, test] = ['train_loss', 'test_loss'].map((name) =>
      short((columns[name] as Float64Array)[at]),
    );
    assert.ok(at > 0 && rows > at);
    const chart = page.locator('#curves .chart').first();
    await chart.scrollIntoViewIfNeeded();
    const x = await chart.evaluate((element) => {
      const svg = element.querySelector('svg') as unknown as {
        scale(name: string): { apply(x: number): number };
      };
      return svg.scale('x').apply(100);
    });
    await chart.hover({ position: { x, y: 150 } });
    assert.equal(await chart.locator('.reading').textContent(), `epoch 100: train ${train}; test ${test}`);
    await page.mouse.move(0, 0);
    assert.equal(await page.locator('.reading').count(), 0);
    assert.deepEqual(problems, []);
  });

  test('a chart that was moved, marks and axes, is to the last digit the chart that is drawn anew', async () => {
    const charts = (section: string): Promise<string[]> =>
      page.evaluate(
        `[...document.querySelectorAll('${section} .chart svg')].map((svg) => svg.outerHTML.replaceAll(/plot-[0-9a-f]+/g, ''))`,
      );
    /** Once nothing more follows. */
    const still = async (section: string): Promise<string[]> => {
      for (let before = await charts(section); ;) {
        await settled(page);
        const now = await charts(section);
        if (now.join() === before.join()) return now;
        before = now;
      }
    };
    // All charts of both: the four of the explorer, of "Ask it" the waves, their sum and the logits.
    for (const [section, least] of [
      ['#explorer', 4],
      ['#sum', 3],
    ] as const) {
      await open('#epoch=100', { isNew: true });
      await page.evaluate(`document.querySelector('${section}').scrollIntoView()`);
      const before = await still(section);
      assert.ok(before.length >= least, `${before.length} charts`);
      const mark = (isOld: boolean): Promise<void> =>
        page.evaluate(
          `document.querySelectorAll('${section} .chart svg').forEach((svg) => svg.toggleAttribute('data-old', ${isOld}))`,
        );
      await mark(true);
      await page.keyboard.press('ArrowLeft');
      await still(section);
      assert.equal(await page.locator(`${section} .chart svg[data-old]`).count(), before.length);
      await mark(false);
      const moved = await charts(section);
      moved.forEach((chart, i) => assert.notEqual(chart, before[i]));
      await page.setViewportSize({ width: 1000, height: 800 });
      await still(section);
      await page.setViewportSize({ width: 1280, height: 800 });
      assert.deepEqual(moved, await still(section));
    }
    assert.deepEqual(problems, []);
  });

  test('is readable by a screen reader while it plays and tells a value', async () => {
    await open('#epoch=0');
    await page.locator('#singular-values .chart').hover();
    // Without a click, which would take the pointer away.
    await page.evaluate(`document.querySelector('.play').click()`);
    assert.equal(await page.locator('.play').getAttribute('aria-label'), 'pause');
    assert.equal(await page.locator('#singular-values .reading').count(), 1);
    await assertReadable(page, '.moving');
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.evaluate(`document.getElementById('epoch').focus()`);
    await page.keyboard.press('Home');
  });

  test('a print has the losses of "Touch it", too, though nobody has scrolled there', async () => {
    await open('', { isNew: true });
    // Without a function in the page, which its policy would not let Playwright evaluate again.
    await page.locator('.scores td', { hasText: '…' }).first().waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('scrollY'), 0);
    assert.deepEqual(problems, []);
  });

  test('what is drawn late can be saved, too, and so can every table', async () => {
    await page.locator('#touch').scrollIntoViewIfNeeded();
    const without = await page.locator('.chart, .raster, .circles, .static, table').evaluateAll((elements) =>
      elements.flatMap((element) => {
        const place = element.parentElement!.matches('.scroll') ? element.parentElement! : element;
        return place.nextElementSibling?.matches('.save') ? [] : [element.outerHTML.slice(0, 120)];
      }),
    );
    assert.deepEqual(without, []);
  });
});
