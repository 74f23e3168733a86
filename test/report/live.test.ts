// The page that follows a training, in a real browser: what it says is what the training shows.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { initialWeights } from '../../lib/network/initial.ts';
import { buildLive, livePath, readLive } from '../../lib/report/live.ts';
import { serve } from '../../lib/report/server.ts';
import type { HistoryRecord } from '../../lib/training/history.ts';
import { showLive, type LiveTraining } from '../../lib/training/live.ts';
import { assertReadable } from './readable.ts';
import { assertTold } from './readings.ts';
import { openContext, skip } from './shared-browser.ts';

const CONFIG = { p: 7, d_model: 16, n_heads: 2, d_head: 4, d_mlp: 32 };
const record = (epoch: number): HistoryRecord => ({
  epoch,
  train_loss: 1 / (epoch + 1),
  test_loss: 2,
  train_accuracy: epoch < 100 ? 0.5 : 1,
  test_accuracy: 0.25,
});

/** What a training shows after so many epochs. */
function shown(epochs: number): LiveTraining {
  const history = Array.from({ length: Math.ceil(epochs / 10) }, (_, i) => record(10 * i));
  const what = {
    config: CONFIG,
    task: { operation: 'multiply', train_fraction: 0.3 },
    total: 2000,
    began_at: 0,
  };
  let live: LiveTraining | null = null;
  showLive(
    what,
    history,
    () => initialWeights(CONFIG, 1).W_E.data,
    (each) => (live = each),
  )(epochs);
  return live!;
}

describe('the page of a training', { skip }, () => {
  let folder: string;
  let context: BrowserContext;
  let server: Server;
  let page: Page;
  const problems: string[] = [];
  const show = async (epochs: number): Promise<void> => {
    await mkdir(dirname(livePath(folder)), { recursive: true });
    await writeFile(livePath(folder), JSON.stringify(shown(epochs)));
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grokscope-live-'));
    await show(50);
    const made = { '/live/': buildLive, '/live/train.json': () => readLive(folder) };
    const served = await serve(folder, made);
    server = served.server;
    context = await openContext({ width: 1280, height: 800 });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${served.url}live/`);
    await page.waitForSelector('#live[data-epochs="50"]');
  });
  after(async () => {
    await context?.close();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('follows what is shown, and writes nothing', async () => {
    assert.equal(await page.locator('h1').textContent(), 'A network learns a · b modulo 7');
    await show(1310);
    await page.waitForSelector('#live[data-epochs="1310"]');
    const tiles = await page.locator('.tiles dd').allTextContents();
    assert.match(tiles[0]!, /^1,310of at most 2,000$/);
    assert.match(tiles[1]!, /^100\u00a0%memorised at epoch 100$/);
    assert.ok(!existsSync(join(folder, 'report')));
    assert.deepEqual(problems, []);
  });

  test('is as wide as a phone, and readable by a screen reader, light and dark', async () => {
    await assertTold(page, 3);
    await assertReadable(page);
  });

  test('says when nothing new comes, and when the training has ended', async () => {
    const long = new Date(Date.now() - 300_000);
    await utimes(livePath(folder), long, long);
    await page.getByText('the training may have been stopped').waitFor();
    await rm(livePath(folder));
    await page.waitForSelector('#live[data-state="none"]');
    assert.match(
      (await page.locator('.lead[role=status]').textContent()) ?? '',
      /^The training has ended\. The explorer/,
    );
  });
});
