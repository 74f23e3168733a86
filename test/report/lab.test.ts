// The lab in a real browser: what it trains is what this project trains elsewhere, bit for bit, however it is paused.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { engineIdentity, openEngine } from '../../lib/engines/registry.ts';
import { flattenWeights } from '../../lib/network/config.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { buildLab } from '../../lib/report/lab.ts';
import { serve } from '../../lib/report/server.ts';
import { gridRows, splitRows, takeRows } from '../../lib/task/split.ts';
import { assertReadable } from './readable.ts';
import { assertTold } from './readings.ts';
import { openContext, skip } from './shared-browser.ts';

const CONFIG = { p: 7, d_model: 16, n_heads: 2, d_head: 4, d_mlp: 32 };
const ADAMW = { learning_rate: 0.01, weight_decay: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };
const [FRACTION, SEED, SPLIT] = [0.7, 5, 6];
const ADDRESS = `#dataset.p=${CONFIG.p}&dataset.train_fraction=${FRACTION}&dataset.seed=${SPLIT}&train.seed=${SEED}&train.learning_rate=0.01&train.d_model=16&train.n_heads=2&train.d_head=4&train.d_mlp=32`;

/** SHA-256 of weights as float32. */
const hashOf = (weights: Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))
    .digest('hex');

/** The same after epochs at one weight decay and more at another, as engines of this project train. */
async function trainHere(
  arithmetic: string,
  bursts: readonly (readonly [epochs: number, weight_decay: number])[],
): Promise<string> {
  const name = arithmetic === 'fused' ? 'auto' : 'wasm';
  const engine = await openEngine(name, CONFIG, await engineIdentity(name, () => {}));
  assert.equal(engine.identity['arithmetic'], arithmetic);
  engine.writeState({ weights: flattenWeights(CONFIG, initialWeights(CONFIG, SEED)) });
  const { train } = splitRows(CONFIG.p, FRACTION, SPLIT);
  const pairs = takeRows(gridRows(CONFIG.p, 'add'), train);
  for (const [epochs, weight_decay] of bursts) await engine.train(pairs, { ...ADAMW, weight_decay }, epochs);
  const { weights } = engine.readState();
  engine.close();
  return hashOf(weights);
}

describe('the lab', { skip }, () => {
  let folder: string;
  let html: string;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];
  const requests: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-lab-'));
    html = await buildLab();
    await writeFile(join(folder, 'lab.html'), html);
    context = await openContext({ width: 1280, height: 800 });
    page = await openPage(pathToFileURL(join(folder, 'lab.html')).href);
  });
  after(async () => {
    await context?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function openPage(address: string): Promise<Page> {
    const opened = await context.newPage();
    opened.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    opened.on('pageerror', (error) => problems.push(error.message));
    opened.on('request', (request) => requests.push(request.url()));
    await opened.goto(address + ADDRESS);
    await opened.waitForSelector('#lab[data-phase="ready"]');
    return opened;
  }
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const reached = async (epochs: number): Promise<void> => {
    await page.waitForSelector(`#lab[data-phase="paused"][data-epochs="${epochs}"]`);
  };
  /** Of the weights that the page saves: a file that this project opens. */
  const hashInPage = async (): Promise<string> => {
    const [download] = await Promise.all([page.waitForEvent('download'), press('Save weights')]);
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    const { config, weights } = await readModel(path);
    assert.deepEqual(config, CONFIG);
    return hashOf(flattenWeights(config, weights));
  };
  const arithmetic = async (): Promise<string> =>
    (await page.locator('#lab').getAttribute('data-arithmetic'))!;

  test('opens as its address says, names the cost and the arithmetic before it starts, and fetches nothing', async () => {
    assert.equal(await page.locator('#lab-p').inputValue(), '7');
    const said = (await page.locator('#lab .status').textContent()) ?? '';
    assert.match(
      said,
      /^34 pairs to learn from, and 15 that it will never see\. An epoch takes about [\d.]+ ms/,
    );
    assert.ok(said.includes(`Arithmetic: ${await arithmetic()} multipl`), said);
    assert.deepEqual(
      requests.filter((url) => !/^(file|data|blob):/.test(url)),
      [],
    );
  });

  test('paused, stepped, gone on with, and with another weight decay in flight, it has the bits of the other engines', async () => {
    await page.locator('#lab-until').fill('41');
    await press('Start');
    await reached(41);
    await press('One epoch');
    await reached(42);
    assert.equal(await hashInPage(), await trainHere(await arithmetic(), [[42, 1]]));
    const line = page.locator('.same code');
    assert.match(
      (await line.textContent()) ?? '',
      /^npm run pipeline -- train --set dataset\.p=7 .*epochs=42$/,
    );
    await page.locator('#lab-weight_decay').fill('0.5');
    await page.locator('#lab-until').fill('60');
    await press('Go on');
    await reached(60);
    assert.equal(
      await hashInPage(),
      await trainHere(await arithmetic(), [
        [42, 1],
        [18, 0.5],
      ]),
    );
    assert.match((await line.textContent()) ?? '', /^there is none/);
  });

  test('a setting that makes no sense is told beside it, and starts nothing', async () => {
    await press('Reset');
    await page.waitForSelector('#lab[data-phase="ready"]');
    assert.equal(await page.locator('#lab').getAttribute('data-epochs'), '0');
    await page.locator('#lab-train_fraction').fill('1.5');
    assert.match(
      (await page.locator('.fault').textContent()) ?? '',
      /fraction to train on must be above 0 and below 1/,
    );
    assert.equal(await page.locator('#lab-train_fraction').getAttribute('aria-invalid'), 'true');
    const start = page.getByRole('button', { name: 'Start', exact: true });
    assert.ok(await start.isDisabled(), 'it would train with other settings than the form shows');
    await page.locator('#lab-train_fraction').fill('0.5');
    await page.waitForSelector('#lab[data-phase="ready"]');
    assert.equal(await page.locator('.fault').textContent(), '');
    assert.match(page.url(), /dataset\.train_fraction=0\.5/);
    await page.locator('#lab-until').fill('');
    assert.equal(
      await page.locator('.fault').textContent(),
      'pause at epoch must be a whole number from 1 on.',
    );
    assert.ok(await start.isDisabled());
    await page.locator('#lab-until').fill('70');
    assert.ok(await start.isEnabled());
    assert.match(
      (await page.locator('.same code').textContent()) ?? '',
      / --set train\.epochs=70$/,
      'what it will train',
    );
  });

  test('works by keyboard alone', async () => {
    await page.locator('#lab-until').fill('20');
    await page.getByRole('button', { name: 'Start', exact: true }).focus();
    await page.keyboard.press('Enter');
    await reached(20);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await reached(21);
  });

  test('is as wide as a phone, and readable by a screen reader, light and dark', async () => {
    await assertTold(page, 4);
    await assertReadable(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('where no worker starts, or there is no WebAssembly, it says so, and no button waits for one', async () => {
    const without = {
      'refused by policy': `window.Worker = class { constructor() { throw new Error('refused by policy.'); } }`,
      'this browser has no WebAssembly': `{
        const Whole = Blob;
        window.Blob = class extends Whole {
          constructor(parts, options) {
            super(options.type === 'text/javascript' ? ['delete self.WebAssembly;', ...parts] : parts, options);
          }
        };
      }`,
    };
    for (const [why, script] of Object.entries(without)) {
      const bare = await context.newPage();
      await bare.addInitScript(script);
      await bare.goto(pathToFileURL(join(folder, 'lab.html')).href);
      await bare.waitForSelector('#lab[data-phase="failed"]');
      assert.equal(await bare.locator('#lab .status').textContent(), `It cannot go on: ${why}.`);
      assert.equal(await bare.locator('#lab .actions button:enabled').count(), 0);
      await bare.close();
    }
  });

  test('trains under the policy of the server, too, and nothing is refused', async () => {
    const { server, url } = await serve(null, { '/': () => Promise.resolve(html) });
    try {
      const policy = (await fetch(url)).headers.get('content-security-policy') ?? '';
      assert.ok(!policy.includes('unsafe-inline'), policy);
      page = await openPage(url);
      await press('One epoch');
      await reached(1);
      assert.deepEqual(problems, []);
      await page.close();
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
