// Both pages over artifacts that mean harm: nothing of them runs, is fetched or hides the rest.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { serve } from '../../lib/report/server.ts';
import { FIGURE, writeHostileRun, writeHostileSweeps } from './hostile.ts';
import { openContext, skip } from './shared-browser.ts';

/** Waits until every figure can be drawn, and throws where one cannot. */
const DECODED = `Promise.all([...document.querySelectorAll('.static img')].map((image) => image.decode())).then(() => null)`;

describe('pages over hostile artifacts', { skip }, () => {
  let folder: string;
  const contexts: BrowserContext[] = [];
  let server: Server;
  let abroad: Server;
  let url: string;
  const problems: string[] = [];
  /** What was fetched from another server. */
  const fetched: string[] = [];
  const said: string[] = [];
  const path = (...names: string[]): string => join(folder, ...names);

  /**
   * One page for what comes from the file system and one for the server's, as a new one starts two processes; each in a
   * window of its own, as one that is behind another draws a frame a second.
   */
  const pages = new Map<string, Page>();

  async function openPage(address: string): Promise<Page> {
    const { protocol } = new URL(address);
    let page = pages.get(protocol);
    if (!page) {
      const context = await openContext({ width: 1280, height: 900 });
      contexts.push(context);
      page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      pages.set(protocol, page);
    }
    await page.bringToFront(); // behind the other it would have one frame a second
    await page.goto(address);
    return page;
  }

  /** Everything open, everything drawn, in both schemes. */
  async function look(page: Page): Promise<void> {
    await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`);
    for (const image of await page.locator('.static').all()) {
      await image.scrollIntoViewIfNeeded();
      await image.locator('img').last().waitFor(); // in the dark, the light one is there for a print, too
    }
    await page.locator('button.scheme').click();
    await page.evaluate(DECODED);
  }

  async function assertHarmless(page: Page): Promise<void> {
    assert.equal(await page.evaluate('globalThis.owned'), undefined);
    assert.deepEqual(fetched, []);
    assert.equal(await page.locator('main [onerror], main [onload], main script, main style').count(), 0);
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-hostile-'));
    abroad = createServer(({ url }, response) => {
      fetched.push(url!);
      response.end();
    });
    await new Promise<void>((resolve) => abroad.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(abroad.address() as AddressInfo).port}`;
    for (const write of [writeHostileSweeps, writeHostileRun])
      await write(folder, address, (line) => said.push(line));
    ({ server, url } = await serve(folder));
  });
  after(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    for (const each of [server, abroad]) {
      each?.closeAllConnections();
      each?.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  test('a page.json or a summary of no use is told in a line and left out', () => {
    for (const name of ['no-points', 'bad-pictures', 'empty', 'object', 'null', 'text', 'folder'])
      assert.equal(said.filter((line) => line.includes(join('sweeps', name, 'page.json'))).length, 1, name);
    for (const stage of ['train', 'svd', 'logits'])
      assert.equal(said.filter((line) => line.includes(join(stage, 'summary.json'))).length, 1, stage);
    assert.equal(said.length, 10);
  });

  for (const from of ['the file system', 'the server'] as const)
    test(`the page of sweeps from ${from} shows what is well and runs nothing`, async () => {
      problems.length = 0;
      const address = from === 'the server' ? url : `${pathToFileURL(folder).href}/`;
      const page = await openPage(`${address}sweeps/index.html`);
      await page.waitForSelector('#sweep-good article svg');
      await look(page);
      await assertHarmless(page);
      assert.deepEqual(problems, []);
      assert.equal(await page.locator('main > section').count(), 3);
      assert.equal(await page.locator('.static img:last-child').count(), 3);
      const links = await page.evaluate<string[]>(
        `[...document.querySelectorAll('main a, nav a')].map((each) => each.protocol)`,
      );
      assert.deepEqual([...new Set(links)], [new URL(address).protocol]);
    });

  for (const from of ['the file system', 'the server'] as const)
    test(`the explorer from ${from} shows what is well and runs nothing`, async () => {
      problems.length = 0;
      const address = from === 'the server' ? url : `${pathToFileURL(folder).href}/`;
      const page = await openPage(`${address}report/index.html`);
      await page.waitForSelector('#provenance');
      await look(page);
      await assertHarmless(page);
      assert.deepEqual(problems, []);
      for (const id of ['run', 'explorer', 'sum', 'figures', 'sweeps', 'provenance'])
        assert.equal(await page.locator(`section#${id}`).count(), 1, id);
      assert.equal(await page.locator('[data-broken]').count(), 0);
    });

  test('a figure keeps its size and wears the colours of the page', async () => {
    const page = await openPage(pathToFileURL(path('sweeps/index.html')).href);
    await look(page);
    const lookAt = `(async () => {
      const image = document.querySelector('#sweep-good .static img:last-child');
      await image.decode();
      const context = Object.assign(document.createElement('canvas'), { width: 8, height: 8 }).getContext('2d');
      context.drawImage(image, 0, 0);
      const corner = [...context.getImageData(2, 2, 1, 1).data].slice(0, 3);
      return [image.naturalWidth, image.naturalHeight, ...corner];
    })()`;
    const size = [Math.round(FIGURE.width), Math.round(FIGURE.height)];
    assert.deepEqual(await page.evaluate(lookAt), [...size, 0x1b, 0x1e, 0x24]);
    await page.locator('button.scheme').click();
    assert.deepEqual(await page.evaluate(lookAt), [...size, 255, 255, 255]);
  });

  test('script that gets into a page all the same is stopped by its policy', async () => {
    for (const address of [`${url}report/index.html`, pathToFileURL(path('sweeps/index.html')).href]) {
      const page = await openPage(address);
      await page.waitForSelector('main section');
      problems.length = 0;
      await page.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend',
        '<img src="data:," onerror="owned=1"><a id="evil" href="javascript:owned=1">x</a><p id="styled" style="color:red">x')`);
      await page.evaluate(
        `document.querySelector('main').append(Object.assign(document.createElement('script'), { text: 'owned=1' }))`,
      );
      await page.evaluate(`document.querySelector('#evil').click()`);
      assert.equal(await page.evaluate(`fetch('data:,x').then(() => 'fetched', () => 'refused')`), 'refused');
      assert.equal(await page.evaluate('globalThis.owned'), undefined);
      assert.ok(problems.length >= 4, problems.join('\n'));
      assert.match(problems.join('\n'), /Content Security Policy/);
    }
  });

  test('what is served beside the pages is looked at and does nothing', async () => {
    for (const file of ['svd/evil.svg', 'svd/evil.html']) {
      const page = await openPage(url + file);
      await page.waitForLoadState('load');
      assert.equal(await page.evaluate('globalThis.owned'), undefined, file);
      assert.deepEqual(fetched, []);
    }
    const policy = async (file: string): Promise<string> =>
      (await fetch(url + file)).headers.get('content-security-policy') ?? '';
    assert.match(await policy('svd/evil.svg'), /^default-src 'none';.*sandbox$/);
    for (const page of ['report/index.html', 'sweeps/index.html']) {
      assert.match(
        await policy(page),
        /^default-src 'none'; script-src 'sha256-\S+' 'wasm-unsafe-eval';.*frame-ancestors 'none'/,
      );
      assert.doesNotMatch(await policy(page), /unsafe-inline/);
    }
  });
});
