// The kernel in a worker of a page that was opened from the file system, in Chromium: the bits of the native build, by the
// same code that drives it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openContext, skip } from '../../report/shared-browser.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';
import { assertShortRuns, shortRuns, writeWorkerPage, type Trained } from './worker-page.ts';

test(
  'a worker of a file:// page in Chromium trains to the known bits, in both arithmetics',
  { skip },
  async (t) => {
    const context = await openContext({ width: 800, height: 600 });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(await writeWorkerPage(await temporaryFolder(t)));
    for (const isPlain of [false, true]) {
      const trained = await page.evaluate<Trained>(`train(${shortRuns(isPlain)})`);
      assert.equal(trained.arithmetic, isPlain ? 'separate' : 'fused');
      assertShortRuns(trained, 'Chromium');
    }
  },
);
