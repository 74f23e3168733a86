// Two runs in one page: the small run and one of another setting beside it, which is a point of a sweep as far as the page
// knows: a folder with stages and no report.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { before, describe, test, type TestContext } from 'node:test';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildComparison } from '../../lib/report/compare.ts';
import { openReport, parentOf } from '../../lib/report/open-report.ts';
import { remember } from '../../lib/runner/config/folder-settings.ts';
import { parseOverrides } from '../../lib/runner/config/override.ts';
import { loader } from '../loader.ts';
import { assertReadable } from '../report/readable.ts';
import { assertTold } from '../report/readings.ts';
import { openContext, skip } from '../report/shared-browser.ts';
import { artifact, EPOCHS, inFolder, project, smallRun } from './small-run.ts';

const failsWith = (message: RegExp, remedy: RegExp) => (error: Error & { remedy?: string }) =>
  message.test(error.message) && remedy.test(error.remedy ?? '');

describe('two runs compared', () => {
  before(async () => {
    const { code, output } = await smallRun();
    assert.equal(code, 0, output);
    for (const stage of ['dataset', 'train'])
      await cp(artifact(stage), inFolder('point', stage), { recursive: true });
  });

  test('a folder that is no run, or whose page is of something else, is told with what to do', async () => {
    await mkdir(inFolder('none'));
    await assert.rejects(openReport(inFolder('none')), failsWith(/holds no run/, /sweeps\/NAME\/POINT/));
    await mkdir(inFolder('foreign/report'), { recursive: true });
    for (const text of ['<p>', '<script type="application/json" id="data">{"config":{}}</script>']) {
      await writeFile(inFolder('foreign/report/index.html'), text);
      await assert.rejects(
        openReport(inFolder('foreign')),
        failsWith(/has no data of a report/, /npm run pipeline -- report --artifacts/),
      );
    }
  });

  test('a run without a report gets its explorer from the stages that are there', async () => {
    const { data, html, isNew } = await openReport(inFolder('point'));
    assert.ok(isNew);
    assert.deepEqual(Object.keys(data.summaries), ['dataset', 'train']);
    assert.match(html, /^<!doctype html>/);
    const known = await openReport(artifact());
    assert.equal(known.isNew, false);
    assert.equal(known.html, await readFile(join(artifact('report'), 'index.html'), 'utf8'));
    assert.equal(known.data.made_by['train']!.params['epochs'], EPOCHS);
  });

  /** What `npm run report` says until it has named the explorer of the other run. */
  async function report(t: TestContext, ...args: string[]): Promise<string> {
    const command = ['--import', loader, 'commands/report.ts', ...args, '--no-open'];
    const child = spawn(process.execPath, command, { cwd: project });
    t.after(() => child.kill());
    let said = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      said += chunk.toString();
      if (said.includes('other/report/')) break;
    }
    return said;
  }

  test('npm run report --compare serves both in one page, and the explorer of the other', async (t) => {
    const said = await report(t, '--artifacts', artifact(), '--compare', inFolder('point'));
    const url = /both runs: (\S+)compare\//.exec(said)![1]!;
    const [both, other] = await Promise.all(
      ['compare/', 'other/report/'].map(async (path) => (await fetch(url + path)).text()),
    );
    assert.match(both!, /<title>grokscope: .* and .*point<\/title>/);
    assert.equal(other, (await openReport(inFolder('point'))).html);
  });

  test('npm run report of a fork serves it beside the run that it goes on from, if that has a page', async (t) => {
    const fork = inFolder('fork');
    await cp(inFolder('point'), fork, { recursive: true });
    const goesOnFrom = (run: string): Promise<void> => {
      const overrides = parseOverrides([`train.start=${join(run, 'train')}@400`]);
      return remember(fork, project, { overrides, file: null, cache: null });
    };
    await goesOnFrom(inFolder('point'));
    assert.equal(await parentOf(fork), null);
    await goesOnFrom(artifact());
    assert.deepEqual(await parentOf(fork), { artifacts: artifact(), epoch: 400 });
    const said = await report(t, '--artifacts', fork);
    assert.match(said, /^this run goes on from .*artifacts after epoch 400\n/);
    const url = /both runs: (\S+compare\/)/.exec(said)![1]!;
    assert.match(await (await fetch(url)).text(), /<title>grokscope: .*fork and .*artifacts<\/title>/);
  });

  test('runs of two operations are not compared', async () => {
    const { data } = await openReport(artifact());
    const other = { ...data, task: { ...data.task, operation: 'subtract' } };
    await assert.rejects(
      buildComparison([
        { name: 'one', data },
        { name: 'two', data: other },
      ]),
      failsWith(/one learns addition, two subtraction/, /runs of the same operation/),
    );
  });

  test(
    'shows outcomes, settings that differ, curves, spectra and verdicts of both, on a phone too',
    { skip },
    async (t) => {
      const { data } = await openReport(artifact());
      const train = { ...data.made_by['train']!, params: { ...data.made_by['train']!.params, seed: 1 } };
      const other = { ...data, made_by: { ...data.made_by, train } };
      const path = inFolder('compared.html');
      await writeFile(
        path,
        await buildComparison([
          { name: 'artifacts', data },
          { name: 'artifacts/<b>other', data: other },
        ]),
      );
      const context = await openContext({ width: 1280, height: 800 });
      t.after(() => context.close());
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(pathToFileURL(path).href);
      await page.waitForSelector('#verdicts');
      for (const id of ['outcomes', 'settings', 'curves', 'measures', 'spectra', 'verdicts'])
        assert.equal(await page.locator(`section#${id}`).count(), 1, id);
      assert.equal(await page.locator('[data-broken]').count(), 0);
      const rows = page.locator('#settings > .scroll tbody tr');
      assert.deepEqual(await rows.allInnerTexts(), ['train.seed\t999\t1']);
      for (const which of [0, 1])
        assert.equal(await page.locator(`#curves [aria-description="run ${which}"]`).count(), 4);
      await assertTold(page, 10);
      await assertReadable(page);
      assert.deepEqual(problems, []);
    },
  );
});
