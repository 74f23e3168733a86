// The page of sweeps in a real browser: two small sweeps, and what it shows of them is what results.arrow says.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { runSweepCommand } from '../../commands/sweep-command.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { runInProcess } from '../in-process.ts';
import { assertReadable } from './readable.ts';
import { assertTold } from './readings.ts';
import { FILE_LINKS, servedLinks } from './served-links.ts';
import { openContext, skip } from './shared-browser.ts';

const CAP = 60;
const project = fileURLToPath(new URL('../..', import.meta.url));
const SMALL = `until: train
    set: { dataset.p: 7, train.d_model: 16, train.d_head: 4, train.d_mlp: 32, train.epochs: ${CAP}, train.learning_rate: 0.01 }`;
/** Of the second sweep, two points are known from the first. */
const SWEEPS = `
sweeps:
  lines:
    ${SMALL}
    matrix: { dataset.train_fraction: [0.3, 0.8], train.seed: [999, 1] }
    published: { 0.3: 50, 0.8: 20 }
  grid:
    ${SMALL}
    matrix: { dataset.train_fraction: [0.3, 0.8], train.log_every: [10, 20] }
`;

describe('the page of sweeps', { skip }, () => {
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  let results: Awaited<ReturnType<typeof readArrow>>;
  const problems: string[] = [];
  const requests: string[] = [];
  const artifact = (...path: string[]): string => join(folder, 'artifacts/sweeps', ...path);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-sweeps-'));
    const file = join(folder, 'pipeline.yaml');
    const stages = (await readFile(new URL('../../pipeline.yaml', import.meta.url), 'utf8')).split(
      '\nsweeps:',
    )[0]!;
    await writeFile(file, stages + SWEEPS);
    const roots = [
      '--file',
      file,
      '--artifacts',
      join(folder, 'artifacts'),
      '--cache',
      join(folder, 'cache'),
    ];
    for (const name of ['lines', 'grid']) {
      const { code, out, err } = await runInProcess(project, [name, ...roots], runSweepCommand);
      assert.equal(code, 0, out + err);
    }
    results = await readArrow(artifact('lines/results.arrow'));
    context = await openContext({ width: 1280, height: 800 });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(artifact('index.html')).href);
    await page.waitForSelector('#sweep-lines svg');
  });
  after(async () => {
    await context?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const epochsOf = (field: string): number[] =>
    Array.from(results.columns[`train.${field}_epoch`] as Float64Array);

  test('has a section a sweep with every picture, and fetches nothing', async () => {
    for (const [name, cards] of [
      ['lines', 2],
      ['grid', 4],
    ] as const)
      assert.equal(await page.locator(`section#sweep-${name} article`).count(), cards, name);
    for (const each of await page.locator('summary').all()) await each.click();
    await page.waitForSelector('#sweep-grid .static img');
    assert.equal(await page.locator('#sweep-lines tbody tr').count(), 4);
    assert.match(
      (await page.locator('#sweep-lines pre').textContent()) ?? '',
      /train_fraction: \[0\.3, 0\.8\]/,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    );
  });

  test('draws every run where results.arrow has it, and those that never came at the cap', async () => {
    const series = [
      ['memorised (train accuracy 99 %)', epochsOf('memorised')],
      ['test loss below 0.1', epochsOf('test_loss_below_0_1')],
      ['test loss below 0.1, published, one run each', [50, 20]],
    ] as const;
    assert.ok(series[0][1].some(Number.isFinite), 'some run memorises');
    assert.ok(series[1][1].some(Number.isNaN), 'some run does not grok');
    for (const [name, epochs] of series) {
      const expected = epochs.filter(Number.isFinite).sort((x, y) => x - y);
      const shown = await page.evaluate<number[]>(`(() => {
        const svg = document.querySelector('#sweep-lines article svg');
        const dots = [...svg.querySelectorAll('[aria-description="${name}"] circle')];
        return dots.map((dot) => svg.scale('y').invert(Number(dot.getAttribute('cy')))).sort((x, y) => x - y);
      })()`);
      assert.equal(shown.length, expected.length, name);
      expected.forEach((epoch, i) =>
        assert.ok(Math.abs(shown[i]! - epoch) < 0.01 * epoch, `${name}: ${shown[i]}`),
      );
    }
    const never = [...series[0][1], ...series[1][1]].filter(Number.isNaN).length;
    assert.equal(
      await page.locator('#sweep-lines article [aria-description$=": never"] path').count(),
      never,
    );
  });

  test('tells the numbers of a run that is chosen by keyboard or pointed at', async () => {
    const points = results.columns['point'] as string[];
    const select = page.locator('#run-of-lines');
    await select.focus();
    for (const [i, point] of points.entries()) {
      if (i > 0) await page.keyboard.press('ArrowDown');
      assert.equal(await select.inputValue(), point);
      for (const field of ['memorised', 'grokked', 'test_loss_below_0_1']) {
        const epoch = epochsOf(field)[i]!;
        const shown = await page.locator(`#sweep-lines [data-field="train.${field}_epoch"]`).textContent();
        assert.equal(
          shown,
          Number.isNaN(epoch) ? `never within ${CAP}` : String(epoch),
          `${point}, ${field}`,
        );
      }
    }
    await page.locator('#sweep-lines article svg').first().scrollIntoViewIfNeeded();
    const dot = page.locator('#sweep-lines [aria-description^="memorised"] circle').first();
    const { x, y, width, height } = (await dot.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    const first = points[epochsOf('memorised').findIndex(Number.isFinite)]!;
    const shown = await select.inputValue();
    assert.equal(shown.split(',')[0], first.split(',')[0]);
    assert.notEqual(shown, points.at(-1));
  });

  test('says of every cell over two axes what its runs came to', async () => {
    const { columns, rows } = await readArrow(artifact('grid/results.arrow'));
    const [memorised, grokked] = ['memorised', 'grokked'].map(
      (name) => columns[`train.${name}_epoch`] as Float64Array,
    );
    const expected = Array.from({ length: rows }, (_, i) =>
      Number.isFinite(grokked![i]) ? 'groks' : Number.isFinite(memorised![i]) ? 'memorises' : 'never learns',
    );
    const cells = await page.locator('#sweep-grid .phase-map td').allTextContents();
    assert.deepEqual(cells.sort(), expected.map((phase) => `${phase}1 of 1`).sort());
  });

  test('links to files that are there where it is served, and to none where it was sent', async () => {
    assert.equal(await page.locator(FILE_LINKS).count(), 0);
    const links = await servedLinks(context, artifact('..'), 'sweeps/index.html', '#sweep-lines');
    assert.equal(links.length, 2 * 2 + 3 * (2 + 4));
    for (const link of links) assert.ok(existsSync(resolve(dirname(artifact('index.html')), link)), link);
  });

  test('is as wide as a phone, and readable by a screen reader, light and dark', async () => {
    await assertTold(page, 2);
    await assertReadable(page);
  });
});
