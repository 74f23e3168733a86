// The explorer page of the small run in a real browser: what it shows is what the Arrow files say.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { readSummary, writeSummary } from '../../lib/artifacts/summary.ts';
import { trainSummary } from '../../lib/artifacts/train.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { buildPage } from '../../lib/report/build.ts';
import { collect } from '../../lib/report/collect.ts';
import { settled } from '../report/browser.ts';
import { assertReadable } from '../report/readable.ts';
import { FILE_LINKS, servedLinks } from '../report/served-links.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { artifact, CHECKPOINT_EVERY, CONFIG, inFolder, smallRun } from './small-run.ts';

const P = CONFIG.p;
const HEIGHT = 'document.documentElement.scrollHeight';
const SECTIONS = ['curves', 'explorer', 'measures', 'neurons', 'sum', 'figures', 'sweeps', 'provenance'];

describe('the explorer page', { skip }, () => {
  const contexts: BrowserContext[] = [];
  let page: Page;
  /** For other files and views, one after another, as a new page starts two processes. */
  let other: Page;
  const problems: string[] = [];
  const requests: string[] = [];

  /** Each in a window of its own: one that is behind another draws a frame a second. */
  async function newPage(): Promise<Page> {
    const context = await openContext({ width: 1280, height: 800 });
    contexts.push(context);
    const opened = await context.newPage();
    opened.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    opened.on('pageerror', (error) => problems.push(error.message));
    opened.on('request', (request) => requests.push(request.url()));
    return opened;
  }

  async function show(at: Page, path: string, view = ''): Promise<void> {
    await at.bringToFront();
    await at.goto(pathToFileURL(path).href + view);
    await at.waitForSelector('#provenance');
  }

  before(async () => {
    const { code, output } = await smallRun();
    assert.equal(code, 0, output);
    [page, other] = [await newPage(), await newPage()];
    await show(page, artifact('report', 'index.html'));
  });
  after(() => Promise.all(contexts.map((context) => context.close())));

  test('has every section, reports no error and fetches nothing', async () => {
    for (const id of SECTIONS) assert.equal(await page.locator(`section#${id}`).count(), 1, id);
    assert.equal(await page.locator('[data-missing]').count(), 0);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await settled(page);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    );
  });

  test('begins with every criterion of the verdict and opens on a pair that was not trained on', async () => {
    const { verdict } = JSON.parse(await readFile(artifact('logits', 'summary.json'), 'utf8')) as {
      verdict: { criteria: { name: string; met: boolean }[] };
    };
    const rows = await page.locator('#verdict tbody tr').allTextContents();
    assert.equal(rows.length, verdict.criteria.length);
    verdict.criteria.forEach(({ name, met }, i) => {
      assert.ok(rows[i]!.startsWith(met ? '✓ met' : '✗ not met'), rows[i]);
      assert.ok(rows[i]!.includes(name), rows[i]);
    });
    assert.match((await page.locator('#sum .verdict').textContent()) ?? '', /never seen this pair/);
  });

  test('shows at three epochs of the slider what progress.arrow has there', async () => {
    const { columns, rows } = await readArrow(artifact('progress', 'progress.arrow'));
    const pictures = [
      { id: 'embedding-spectrum', mark: 'norms', column: 'fourier_norms_W_E', from: 1 },
      { id: 'singular-values', mark: 'singular values', column: 'singular_values_W_E', from: 0 },
      { id: 'logit-coefficients', mark: 'coefficients', column: 'logit_cosine_coefficients', from: 0 },
    ];
    for (const frame of [0, Math.floor(rows / 2), rows - 1]) {
      await page.locator('#epoch').fill(String(frame));
      for (const { id, mark, column, from } of pictures) {
        const values = Array.from(columns[column] as Float32Array);
        const width = values.length / rows;
        const expected = values.slice(frame * width + from, (frame + 1) * width);
        await page.locator(`#${id}`).scrollIntoViewIfNeeded();
        const epoch = String((columns['epoch'] as Float64Array)[frame]);
        await page.waitForSelector(`#${id}[data-epoch="${epoch}"]`);
        await settled(page);
        const shown = await readMarks(page, id, mark);
        const span = Math.max(...values.map(Math.abs));
        assert.equal(shown.length, expected.length, id);
        expected.forEach((value, i) =>
          assert.ok(
            Math.abs(shown[i]! - value) < 2e-3 * span,
            `${id}, frame ${frame}, ${i}: ${shown[i]} is not ${value}`,
          ),
        );
      }
    }
  });

  test('answers thirty sums with the logits of the pipeline', async () => {
    const { columns } = await readArrow(artifact('activations', 'logits.arrow'));
    const logits = columns['value'] as Float32Array;
    await page.locator('#epoch').fill(String(await page.locator('#epoch').getAttribute('max')));
    await page.locator('#sum').scrollIntoViewIfNeeded();
    await settled(page);
    const pairs = Array.from(
      { length: 30 },
      (_, i) => [(7 * i) % P, (3 * i + Math.floor(i / P)) % P] as const,
    );
    const asked = await page.locator('#sum').evaluate(
      (element, pairs) =>
        pairs.map(([a, b]) => {
          for (const [id, value] of Object.entries({ 'sum-a': a, 'sum-b': b })) {
            const field = element.ownerDocument.getElementById(id) as EventTarget & { value: string };
            field.value = String(value);
            field.dispatchEvent(new Event('input', { bubbles: true }));
          }
          const { answer, logits } = element.dataset;
          return { a, b, answer: Number(answer), shown: JSON.parse(logits!) as number[] };
        }),
      pairs,
    );
    for (const { a, b, answer, shown } of asked) {
      const end = (a * P + b + 1) * 3 * P;
      const row = Array.from(logits.subarray(end - P, end));
      const mean = row.reduce((sum, x) => sum + x, 0) / P;
      const largest = Math.max(...row.map((x) => Math.abs(x - mean)));
      row.forEach((x, c) => assert.ok(Math.abs(shown[c]! - (x - mean)) < 0.01 * largest, `${a}, ${b}: ${c}`));
      const best = row.indexOf(Math.max(...row));
      const second = Math.max(...row.filter((_, c) => c !== best));
      if (row[best]! - second > 0.02 * largest) assert.equal(answer, best, `${a} + ${b}`);
    }
  });

  test('links to files that are there where it is served, and to none where it was sent', async () => {
    assert.equal(await page.locator(FILE_LINKS).count(), 0);
    const links = await servedLinks(other.context(), artifact(), 'report/index.html', '#provenance');
    assert.ok(links.length > 90, `${links.length} links`);
    for (const link of links) {
      if (link === '../sweeps/index.html') continue; // is there once a sweep has been run, as the page says
      const path = resolve(dirname(artifact('report', 'index.html')), decodeURIComponent(link));
      assert.ok(existsSync(path), link);
    }
    await page.bringToFront();
  });

  test('saves a drawing as SVG, PNG and CSV, a heat map, a figure of a stage and a table, from the file system', async () => {
    const save = async (place: string, type: string): Promise<{ name: string; bytes: Buffer }> => {
      const menu = page.locator(`${place} .save`).first();
      await menu.evaluate((element) => element.setAttribute('open', ''));
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        menu
          .getByRole('button', { name: type, exact: true })
          .evaluate((button) => button.dispatchEvent(new Event('click', { bubbles: true }))),
      ]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    };
    for (const place of ['#circle', '#attention', '#figures']) {
      await page.locator(place).scrollIntoViewIfNeeded();
      if (place === '#figures') await page.waitForSelector('#figures img');
      const { name, bytes } = await save(place, 'PNG');
      assert.match(name, /^[\w-]+\.png$/);
      assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
      assert.ok(bytes.readUInt32BE(16) >= 300, `${place}: ${bytes.readUInt32BE(16)} pixels`);
    }
    for (const place of ['#circle', '#figures'])
      assert.match((await save(place, 'SVG')).bytes.toString(), /^<svg[^>]* xmlns=[^]*<\/svg>\s*$/);
    const points = (await save('#circle', 'CSV')).bytes.toString().split('\n');
    assert.equal(points[0], 'mark,x,x1,x2,y,y1,y2,text,reading');
    assert.equal(points.filter((row) => row.startsWith('numbers,')).length, P);
    assert.equal((await save('#attention', 'CSV')).bytes.toString().trim().split('\n').length, 1 + P * P);
    assert.match((await save('#provenance', 'CSV')).bytes.toString(), /^stage,key,settings,runs on\n/);
    assert.deepEqual(problems, []);
  });

  test('nothing lies over what saves', async () => {
    const covered = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main .save summary')].filter((summary) => {
        if (!summary.checkVisibility()) return false;
        summary.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = summary.getBoundingClientRect();
        return !summary.contains(document.elementFromPoint(left + width / 2, top + height / 2));
      }).map((summary) => summary.closest('[id]').id)`,
    );
    assert.deepEqual(covered, []);
  });

  test('a print has every figure and no control', async () => {
    await page.locator('.static:not(:has(img))').first().waitFor({ state: 'detached' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    assert.equal(
      await page.locator('button:visible, input:visible, select:visible, .slider:visible').count(),
      0,
    );
    const figures = await page.locator('.static').count();
    assert.equal(await page.locator('.static img:visible').count(), figures);
    // From the dark, too, it is light: paper, charts and figures.
    await page.emulateMedia({ media: null });
    await page.getByRole('button', { name: 'dark colours' }).click();
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.static img').count(), 2 * figures);
    assert.equal(await page.locator('.static img:first-child:visible').count(), figures);
    assert.equal(await page.locator('.static img:visible').count(), figures);
    const colours = await page.evaluate<string[]>(
      `['body', '.card'].map((name) => getComputedStyle(document.querySelector(name)).backgroundColor)`,
    );
    assert.deepEqual(colours, ['rgb(251, 251, 249)', 'rgb(255, 255, 255)']);
    const columns = await page.evaluate<number[]>(
      `[...document.querySelectorAll('#explorer .card, #touch .card')].map((card) => card.getBoundingClientRect().left)`,
    );
    assert.equal(new Set(columns).size, 1, 'one column');
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    await page.emulateMedia({ media: null });
    await page.evaluate(`localStorage.clear(); document.documentElement.style.colorScheme = ''`);
  });

  test('moves by keyboard, and nothing else moves with it', async () => {
    await page.locator('#explorer').scrollIntoViewIfNeeded();
    await settled(page);
    const height = await page.evaluate(HEIGHT);
    const slider = page.locator('#epoch');
    await slider.focus();
    await page.keyboard.press('Home');
    assert.equal(await slider.inputValue(), '0');
    await page.keyboard.press('ArrowRight');
    assert.equal(await slider.inputValue(), '1');
    await settled(page);
    assert.equal(await page.evaluate(HEIGHT), height);
  });

  test('a link opens the view that it was made in, back leads to the one before, arrow keys move it', async () => {
    const index = artifact('report', 'index.html');
    const view = async (): Promise<string[]> =>
      Promise.all(['epoch', 'frequency', 'sum-a', 'sum-b'].map((id) => other.locator(`#${id}`).inputValue()));
    await show(other, index, `#epoch=${CHECKPOINT_EVERY}&k=3&neuron=5&a=2&b=4`);
    assert.deepEqual(await view(), ['1', '3', '2', '4']);
    await other.keyboard.press('ArrowRight');
    assert.deepEqual(await view(), ['2', '3', '2', '4']);
    assert.match(other.url(), new RegExp(`#epoch=${2 * CHECKPOINT_EVERY}&k=3&neuron=5&a=2&b=4$`));
    await other.goBack();
    assert.deepEqual(await view(), ['1', '3', '2', '4']);
    await show(other, index, '#epoch=x&k=999&a=-1');
    assert.deepEqual(problems, []);
  });

  test('is as wide as a phone, and readable by a screen reader, light and dark', async () => {
    await assertReadable(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('without a stage it leaves the section out and says which command makes it', async () => {
    const needs = { dataset: artifact('dataset'), train: artifact('train') };
    const { data, blocks } = await collect(needs);
    const html = await buildPage({ ...data, pipeline_yaml: '', made_by: {} }, blocks);
    const path = inFolder('small.html');
    await writeFile(path, html);
    await show(other, path);
    assert.deepEqual(problems, []);
    const missing = other.locator('[data-missing="progress"]').first();
    assert.match((await missing.textContent()) ?? '', /npm run pipeline -- report/);
  });

  test('shows a model that came without a history by its last state alone', async () => {
    const train = inFolder('pretrained');
    await mkdir(train);
    await copyFile(artifact('train', 'model.safetensors'), join(train, 'model.safetensors'));
    const { p, d_model, n_heads, d_head, d_mlp } = await readSummary(artifact('train'), trainSummary);
    const summary = {
      ...{
        p,
        d_model,
        n_heads,
        d_head,
        d_mlp,
        parameters: 1,
        engine: 'kernel',
        arithmetic: 'fused',
        pretrained: true,
        biases: false,
      },
      ...{ train_pairs: 60, test_pairs: 61, epochs: null, checkpoints: 0 },
      ...{ train_loss: 1, test_loss: 1, train_accuracy: 0, test_accuracy: 0 },
      ...{ all_loss: 1, all_accuracy: 0, why_no_split: null },
      ...{ history: null, why_no_history: 'it came without' },
    };
    await writeSummary(train, trainSummary, summary);
    const stages = ['dataset', 'svd', 'fourier', 'neurons', 'measures', 'logits'];
    const needs = Object.fromEntries(stages.map((stage) => [stage, artifact(stage)]));
    const { data, blocks } = await collect({ ...needs, train });
    const path = inFolder('pretrained.html');
    await writeFile(path, await buildPage({ ...data, pipeline_yaml: '', made_by: {} }, blocks));
    await show(other, path);
    assert.deepEqual(problems, []);
    assert.equal(await other.locator('#epoch').count(), 0);
    for (const id of ['embedding-spectrum', 'singular-values', 'circle', 'neuron-map', 'sum'])
      assert.equal(await other.locator(`#${id}`).count(), 1, id);

    const nothing = { train_pairs: null, test_pairs: null, train_loss: NaN, test_loss: NaN };
    await writeSummary(train, trainSummary, {
      ...{ ...summary, ...nothing, train_accuracy: NaN, test_accuracy: NaN },
      ...{ all_loss: 0.125, all_accuracy: 0.75, why_no_split: 'nobody has said how it was trained' },
    });
    const unsplit = await collect({ ...needs, train });
    assert.match(Buffer.from(unsplit.data.trained, 'base64').toString('hex'), /^0+$/);
    await writeFile(
      path,
      await buildPage({ ...unsplit.data, pipeline_yaml: '', made_by: {} }, unsplit.blocks),
    );
    await show(other, path);
    const text = (await other.locator('#run').textContent()) ?? '';
    assert.match(text, /Losses are given over all pairs together: nobody has said how it was trained\./);
    assert.match(text, /Accuracy75\u00a0%on all pairsLoss0\.125on all pairs/);
    assert.match(text, /train pairsnot known/);
    assert.doesNotMatch(
      (await other.locator('main').textContent()) ?? '',
      /Test accuracy|Test loss|train loss|held out|never seen|trained on this pair/,
    );
    assert.deepEqual(await other.locator('table.scores tbody th').allTextContents(), ['all']);
    assert.deepEqual(problems, []);
  });
});

/** Values of the marks of one name, read back from where they are drawn. */
function readMarks(page: Page, id: string, mark: string): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const svg = document.querySelector('#${id} svg');
    const { invert } = svg.scale('y');
    return [...svg.querySelectorAll('[aria-description="${mark}"] > *')].map((element) => {
      if (element.tagName === 'circle') return invert(Number(element.getAttribute('cy')));
      const y = Number(element.getAttribute('y'));
      const ends = [invert(y), invert(y + Number(element.getAttribute('height')))];
      return Math.abs(ends[0]) > Math.abs(ends[1]) ? ends[0] : ends[1];
    });
  })()`);
}
