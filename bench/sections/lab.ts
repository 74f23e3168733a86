/** The lab: size of its page, and seconds to grok addition in Node and in a page, one build, one thread; bits compared. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { openPageKernel } from '../../lib/engines/in-page.ts';
import { readPageModules } from '../../lib/engines/page-modules.ts';
import { LEARNT } from '../../lib/measures/thresholds.ts';
import { flattenWeights } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { buildLab } from '../../lib/report/lab.ts';
import { START } from '../../lib/report/page/lab/settings.ts';
import { gridRows, splitRows, takeRows } from '../../lib/task/split.ts';
import { findChromium, openBrowser } from '../../test/report/browser.ts';
import type { Line, Progress, Section } from '../section.ts';
import type { Workbench } from '../workbench.ts';

/** The rows of the table in docs/results.md. */
const ROWS = [
  { p: 31, train_fraction: 0.7 },
  { p: 59, train_fraction: 0.5 },
] as const;
type Row = (typeof ROWS)[number];
/** How often the lab logs. */
const LOG_EVERY = 10;
/** The longest that a page may take. */
const MOST_MS = 600_000;
const ADAMW = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

export const lab: Section = {
  name: 'lab',
  says: 'The lab: size, and seconds to grok addition in Node and in a page, one thread, same bits',
  seconds: 28,
  needs: 'Chromium',
  peer_seconds: null,
  run: measureLab,
};

async function* measureLab(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const html = await buildLab();
  const bytes = Buffer.byteLength(html);
  yield { text: `${(bytes / 1e6).toFixed(2)} MB`, measured: { bytes } };
  const chromium = findChromium();
  if (!chromium) yield { text: 'no Chromium on this machine', measured: { missing: 'Chromium' } };
  const folder = await bench.folder();
  const file = join(folder, 'lab.html');
  await writeFile(file, html);
  const browser = chromium ? await openBrowser(chromium) : null;
  try {
    for (const [i, row] of ROWS.entries()) {
      const name = `p = ${row.p}, ${row.train_fraction}:`;
      progress(2 * i, 2 * ROWS.length, `${name} in Node`);
      const { weights, ...node } = await grokHere(bench, row);
      yield {
        text: `${name} in Node ${seconds(node.ms)}, grokked at epoch ${node.epochs - 1}, ${node.arithmetic} multiply-adds`,
        measured: { where: 'node', ...row, ...node },
      };
      if (!browser) continue;
      progress(2 * i + 1, 2 * ROWS.length, `${name} in a page`);
      const saved = join(folder, `${row.p}.safetensors`);
      const page = await grokInPage(browser, file, row, node.epochs, saved);
      const of_node = page.ms / node.ms;
      const same_bits = page.arithmetic === node.arithmetic ? isSame(weights, page.weights) : null;
      const bits =
        same_bits === null ? 'so other bits are expected' : same_bits ? 'the same bits' : 'OTHER BITS';
      yield {
        text: `${name} in a page ${seconds(page.ms)}, ${of_node.toFixed(2)} times that, ${page.arithmetic} multiply-adds, ${bits}`,
        measured: { where: 'page', ...row, ms: page.ms, arithmetic: page.arithmetic, of_node, same_bits },
      };
    }
  } finally {
    await browser?.close();
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const isSame = (x: Float32Array, y: Float32Array): boolean =>
  x.length === y.length && x.every((value, i) => Object.is(value, y[i]));

/** Trains so many epochs in the page; the weights are those of the file that it saves. */
async function grokInPage(
  browser: Browser,
  file: string,
  { p, train_fraction }: Row,
  epochs: number,
  saved: string,
): Promise<{ ms: number; arithmetic: string | null; weights: Float32Array }> {
  const page = await browser.newPage();
  await page.goto(`${pathToFileURL(file).href}#dataset.p=${p}&dataset.train_fraction=${train_fraction}`);
  await page.waitForSelector('#lab[data-phase="ready"]', { timeout: MOST_MS });
  await page.locator('#lab-until').fill(String(epochs));
  const began = performance.now();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForSelector(`#lab[data-phase="paused"][data-epochs="${epochs}"]`, { timeout: MOST_MS });
  const ms = performance.now() - began;
  const arithmetic = await page.locator('#lab').getAttribute('data-arithmetic');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save weights', exact: true }).click(),
  ]);
  await download.saveAs(saved);
  await page.close();
  const { config, weights } = await readModel(saved);
  return { ms, arithmetic, weights: flattenWeights(config, weights) };
}

/** Trains in Node, with the build and the settings of the page. */
async function grokHere(
  bench: Workbench,
  row: Row,
): Promise<{ ms: number; epochs: number; arithmetic: string; weights: Float32Array }> {
  const settings = { ...START, ...row };
  const { p, operation, train_fraction, split_seed, seed, learning_rate, weight_decay } = settings;
  const { arithmetic, open } = await openPageKernel(await readPageModules());
  const engine = await open(settings);
  const grid = gridRows(p, operation);
  const { train, test } = splitRows(p, train_fraction, split_seed, operation);
  const sets = { train: takeRows(grid, train), test: takeRows(grid, test) };
  engine.writeState({ weights: flattenWeights(settings, initialWeights(settings, seed)) });
  const adamw = { ...ADAMW, learning_rate, weight_decay };
  const began = performance.now();
  for (let epochs = 1; ; epochs += LOG_EVERY) {
    bench.stop.throwIfAborted();
    await engine.train(sets.train, adamw, epochs === 1 ? 1 : LOG_EVERY);
    const { accuracy } = await engine.evaluate(sets.test);
    if (accuracy < LEARNT) continue;
    const ms = performance.now() - began;
    const weights = engine.readState().weights.slice();
    engine.close();
    return { ms, epochs, arithmetic, weights };
  }
}
