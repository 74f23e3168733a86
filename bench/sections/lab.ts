/** The lab: size of its page, and seconds to grok addition at p = 59, in Node and in a page, one build, one thread. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openPageKernel } from '../../lib/engines/in-page.ts';
import { readPageModules } from '../../lib/engines/page-modules.ts';
import { LEARNT } from '../../lib/measures/thresholds.ts';
import { flattenWeights } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { buildLab } from '../../lib/report/lab.ts';
import { START } from '../../lib/report/page/lab/settings.ts';
import { gridRows, splitRows, takeRows } from '../../lib/task/split.ts';
import { findChromium, openBrowser } from '../../test/report/browser.ts';
import type { Line, Progress, Section } from '../section.ts';
import type { Workbench } from '../workbench.ts';

/** How often the lab logs. */
const LOG_EVERY = 10;
/** The longest that a page may take. */
const MOST_MS = 600_000;
const ADAMW = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

export const lab: Section = {
  name: 'lab',
  says: 'The lab: size, and seconds to grok addition at p = 59 with half of the pairs, one thread',
  seconds: 30,
  needs: 'Chromium',
  peer_seconds: null,
  run: measureLab,
};

async function* measureLab(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const html = await buildLab();
  const bytes = Buffer.byteLength(html);
  yield { text: `${(bytes / 1e6).toFixed(2)} MB`, measured: { bytes } };
  progress(0, 2, 'in Node');
  const node = await grokHere(bench);
  const inNode = (node.ms / 1000).toFixed(1);
  yield {
    text: `in Node ${inNode} s, ${node.epochs} epochs, ${node.arithmetic} multiply-adds`,
    measured: { where: 'node', ...node },
  };
  const chromium = findChromium();
  if (!chromium) return yield { text: 'no Chromium on this machine', measured: { missing: 'Chromium' } };
  progress(1, 2, 'in a page');
  const file = join(await bench.folder(), 'lab.html');
  await writeFile(file, html);
  const browser = await openBrowser(chromium);
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('#lab[data-phase="ready"]', { timeout: MOST_MS });
    const began = performance.now();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('#lab .status', { hasText: /^Grokked/ }).waitFor({ timeout: MOST_MS });
    const ms = performance.now() - began;
    const arithmetic = await page.locator('#lab').getAttribute('data-arithmetic');
    yield {
      text: `in a page ${(ms / 1000).toFixed(1)} s, ${(ms / node.ms).toFixed(2)} times that, ${arithmetic} multiply-adds`,
      measured: { where: 'page', ms, arithmetic, of_node: ms / node.ms },
    };
  } finally {
    await browser.close();
  }
}

/** Trains in Node, with the build and the settings of the page. */
async function grokHere(bench: Workbench): Promise<{ ms: number; epochs: number; arithmetic: string }> {
  const { p, operation, train_fraction, split_seed, seed, learning_rate, weight_decay } = START;
  const { arithmetic, open } = await openPageKernel(await readPageModules());
  const engine = await open(START);
  const grid = gridRows(p, operation);
  const { train, test } = splitRows(p, train_fraction, split_seed, operation);
  const sets = { train: takeRows(grid, train), test: takeRows(grid, test) };
  engine.writeState({ weights: flattenWeights(START, initialWeights(START, seed)) });
  const adamw = { ...ADAMW, learning_rate, weight_decay };
  const began = performance.now();
  for (let epochs = 1; ; epochs += LOG_EVERY) {
    bench.stop.throwIfAborted();
    await engine.train(sets.train, adamw, epochs === 1 ? 1 : LOG_EVERY);
    const { accuracy } = await engine.evaluate(sets.test);
    if (accuracy < LEARNT) continue;
    engine.close();
    return { ms: performance.now() - began, epochs, arithmetic };
  }
}
