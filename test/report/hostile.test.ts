// Both pages over artifacts that mean harm: nothing of them runs, is fetched or hides the rest.
import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { heatmap } from '../../lib/figures/heatmap.ts';
import { collect } from '../../lib/report/collect.ts';
import { buildPage } from '../../lib/report/page.ts';
import { serveFolder } from '../../lib/report/server.ts';
import { composePage } from '../../lib/sweep/page.ts';
import { writePairs } from '../../lib/task/pairs.ts';
import { gridRows, splitRows } from '../../lib/task/split.ts';
import { findChromium, openBrowser } from './browser.ts';

const chromium = findChromium();
const skip = chromium
  ? false
  : 'no Chromium on this machine: apt-get install chromium, or set GROKSCOPE_CHROMIUM';

const OWN = 'globalThis.owned = (globalThis.owned ?? 0) + 1';
/** Scripts, handlers, styles and addresses, in every place that markup has for them. */
const MARKUP = `</script></style><img src="x" onerror="${OWN}"><script>${OWN}</script><svg onload="${OWN}"/>`;
const svgOf = (
  abroad: string,
): string => `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
  width="200" height="100" onload="${OWN}"><title>evil &lt;img src=x onerror=${OWN}&gt;</title><script>${OWN}</script>
  <style>@import url(${abroad}/a.css); body { display: none }</style><image href="${abroad}/b.png" onerror="${OWN}"/>
  <a xlink:href="javascript:${OWN}"><text style="fill:red">x</text></a><use href="${abroad}/c.svg#x"/>
  <animate attributeName="href" values="javascript:${OWN}" onbegin="${OWN}"/><foreignObject width="9" height="9">
  <body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${OWN}"/><iframe src="${abroad}/d"/></body></foreignObject></svg>`;

/** Waits until every figure can be drawn, and throws where one cannot. */
const DECODED = `Promise.all([...document.querySelectorAll('.static img')].map((image) => image.decode())).then(() => null)`;

const point = (point: string, more: object = {}): object => ({
  point,
  outcome: 'done',
  params: { 'train.seed': 1 },
  fields: { 'train.grokked_epoch': 30, 'train.memorised_epoch': null },
  ...more,
});
const spread = (title: string): object => ({
  title,
  x: {
    label: title,
    ticks: [
      { at: 1, name: title },
      { at: 2, name: '2' },
    ],
  },
  y: { label: title },
  cap: { at: 60, label: title },
  series: [
    {
      name: title,
      runs: [
        { x: 1, y: 30, point: 'one' },
        { x: 2, y: null, point: title },
      ],
    },
  ],
});
const pictures = (title: string): object => ({
  epochs: [spread(title)],
  phases: [
    {
      title,
      x: { label: title, names: [title] },
      y: { label: title, names: [title] },
      phases: [title, 'b', 'c'],
      runs: [{ column: 0, row: 0, phase: 0 }],
    },
  ],
  losses: {
    title,
    x: { label: title },
    y: { label: title },
    colour: { name: title, label: title },
    curves: [
      {
        name: title,
        colour: 1,
        points: [
          [0, 3],
          [60, 0.1],
        ],
      },
    ],
  },
});
const sweepOf = (name: string): object => ({
  yaml: name,
  cap: 60,
  points: [point('one'), point(name, { params: { [`train.${name}`]: name }, fields: { [name]: name } })],
  pictures: pictures(name),
});

describe('pages over hostile artifacts', { skip }, () => {
  let folder: string;
  let browser: Browser;
  let server: Server;
  let abroad: Server;
  let url: string;
  const problems: string[] = [];
  /** What was fetched from another server. */
  const fetched: string[] = [];
  const said: string[] = [];
  const path = (...names: string[]): string => join(folder, ...names);

  async function openPage(address: string): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(address);
    return page;
  }

  /** Everything open, everything drawn, in both schemes. */
  async function look(page: Page): Promise<void> {
    await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`);
    for (const image of await page.locator('.static').all()) {
      await image.scrollIntoViewIfNeeded();
      await image.locator('img').waitFor();
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
    const SVG = svgOf(`http://127.0.0.1:${(abroad.address() as AddressInfo).port}`);
    for (const [name, json] of Object.entries({
      good: JSON.stringify(sweepOf('good')),
      'javascript:globalThis.owned=1,': JSON.stringify({ ...sweepOf(MARKUP), name: 'javascript:owned=1' }),
      'no-points': JSON.stringify({ ...sweepOf('x'), points: [] }),
      'bad-pictures': JSON.stringify({
        ...sweepOf('x'),
        pictures: { epochs: 5, phases: [null], losses: 'x' },
      }),
      empty: '',
      object: '{}',
      null: 'null',
      text: '<html>',
    })) {
      await mkdir(path('sweeps', name, 'figures'), { recursive: true });
      await writeFile(path('sweeps', name, 'page.json'), json);
    }
    await mkdir(path('sweeps', 'folder', 'page.json'), { recursive: true });
    await writeFile(path('sweeps/good/figures/map.svg'), FIGURE.svg);
    const evil = 'javascript:globalThis.owned=1,';
    await writeFile(path('sweeps', evil, 'figures', `x" onload="${OWN.replaceAll('/', '')}.svg`), SVG);
    await writeFile(path('sweeps', evil, 'figures', 'javascript:1?#%.svg'), SVG);
    await writeFile(path('sweeps/index.html'), await composePage(path('sweeps'), (line) => said.push(line)));

    const needs = Object.fromEntries(
      ['dataset', 'train', 'svd', 'neurons', 'progress', 'logits'].map((stage) => [stage, path(stage)]),
    );
    for (const need of Object.values(needs)) await mkdir(need);
    const task = { p: 53, operation: 'add', train_fraction: 0.5, seed: 12 } as const;
    const isTrain = new Uint8Array(53 * 53);
    for (const row of splitRows(53, 0.5, 12).train) isTrain[row] = 1;
    await writePairs(path('dataset/pairs.arrow'), task, gridRows(53, 'add'), isTrain);
    const model = fileURLToPath(new URL('../fixtures/trained-p53.safetensors', import.meta.url));
    await copyFile(model, path('train/model.safetensors'));
    await writeFile(path('svd/map.svg'), FIGURE.svg);
    await writeFile(path('svd/evil.svg'), SVG);
    await writeFile(path('svd/summary.json'), JSON.stringify({ singular_values_W_E: MARKUP }));
    await writeFile(path('train/summary.json'), JSON.stringify({ memorised_epoch: MARKUP, test_loss: [1] }));
    await writeFile(path('progress/summary.json'), JSON.stringify(hostileProgress()));
    await writeFile(path('logits/summary.json'), '{ "key_used": [');
    await writeFile(path('neurons/summary.json'), JSON.stringify({ cluster_above: MARKUP }));
    const { data, blocks, flaws } = await collect(needs);
    said.push(...flaws);
    const made = { params: { [MARKUP]: MARKUP }, identity: {}, packages: { [MARKUP]: MARKUP } };
    const made_by = { train: { key: MARKUP, node: MARKUP, platform: MARKUP, ...made } };
    await mkdir(path('report'));
    await writeFile(
      path('report/index.html'),
      await buildPage({ ...data, pipeline_yaml: MARKUP, made_by }, blocks),
    );
    await writeFile(path('svd/evil.html'), `<!doctype html><script>${OWN}</script><p>seen`);

    ({ server, url } = await serveFolder(folder));
    browser = await openBrowser(chromium!);
  });
  after(async () => {
    await browser?.close();
    for (const each of [server, abroad]) {
      each?.closeAllConnections();
      each?.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  test('a page.json or a summary of no use is told in a line and left out', () => {
    for (const name of ['no-points', 'bad-pictures', 'empty', 'object', 'null', 'text', 'folder'])
      assert.equal(said.filter((line) => line.includes(join('sweeps', name, 'page.json'))).length, 1, name);
    assert.equal(said.filter((line) => line.includes(join('logits', 'summary.json'))).length, 1);
    assert.equal(said.length, 8);
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
      assert.equal(await page.locator('.static img').count(), 3);
      const links = await page.evaluate<string[]>(
        `[...document.querySelectorAll('main a, nav a')].map((each) => each.protocol)`,
      );
      assert.deepEqual([...new Set(links)], [new URL(address).protocol]);
      await page.close();
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
      await page.close();
    });

  test('a figure keeps its size and wears the colours of the page', async () => {
    const page = await openPage(pathToFileURL(path('sweeps/index.html')).href);
    await look(page);
    const lookAt = `(async () => {
      const image = document.querySelector('#sweep-good .static img');
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
    await page.close();
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
      await page.close();
    }
  });

  test('what is served beside the pages is looked at and does nothing', async () => {
    for (const file of ['svd/evil.svg', 'svd/evil.html']) {
      const page = await openPage(url + file);
      await page.waitForLoadState('load');
      assert.equal(await page.evaluate('globalThis.owned'), undefined, file);
      assert.deepEqual(fetched, []);
      await page.close();
    }
    const policy = async (file: string): Promise<string> =>
      (await fetch(url + file)).headers.get('content-security-policy') ?? '';
    assert.match(await policy('svd/evil.svg'), /^default-src 'none';.*sandbox$/);
    for (const page of ['report/index.html', 'sweeps/index.html']) {
      assert.match(
        await policy(page),
        /^default-src 'none'; script-src 'sha256-\S+' 'wasm-unsafe-eval';.*connect-src 'self'/,
      );
      assert.doesNotMatch(await policy(page), /unsafe-inline/);
    }
  });
});

const hostileProgress = (): object => ({
  phases: { memorisation: { from: MARKUP }, circuit_formation: 5, cleanup: { from: 1, to: MARKUP } },
  key_frequencies: [MARKUP, -1, 1e9],
  not_measured: MARKUP,
});

const FIGURE = heatmap({
  title: 'A map',
  x: { name: 'a', label: 'a', length: 4 },
  y: { name: 'b', label: 'b', length: 4 },
  colour: { name: 'value', signed: true, label: 'value' },
  facets: [{ values: Float64Array.from({ length: 16 }, (_, i) => i - 8) }],
});
