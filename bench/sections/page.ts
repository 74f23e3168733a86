/** The explorer page at p = 113 in a real browser: size, time to load, and what a step of the slider takes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, openBrowser } from '../../test/report/browser.ts';
import { pipelineRun } from '../pipeline-run.ts';
import type { Line, Progress, Section } from '../section.ts';
import { median } from '../turns.ts';
import type { Workbench } from '../workbench.ts';

const LOADS = 5;
const PARTS = ['explorer', 'circle', 'neuron-map', 'sum'];
const viewport = { width: 1280, height: 800 };

export const page: Section = {
  name: 'page',
  says: 'The explorer page at p = 113, in Chromium',
  seconds: 12,
  needs: 'Chromium; without the section cache, 40 s more for a run of the pipeline',
  peer_seconds: null,
  run: measurePage,
};

async function* measurePage(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const chromium = findChromium();
  if (!chromium) return yield { text: 'no Chromium on this machine', measured: { missing: 'Chromium' } };
  progress(0, 0, 'a run of the pipeline to look at');
  const { artifacts } = await pipelineRun(bench);
  const file = join(artifacts, 'report', 'index.html');
  const bytes = (await stat(file)).size;
  yield { text: `${(bytes / 1e6).toFixed(1)} MB`, measured: { bytes } };
  const browser = await openBrowser(chromium);
  try {
    const loads: number[] = [];
    for (let i = 0; i < LOADS; i++) {
      bench.stop.throwIfAborted();
      progress(i, LOADS + PARTS.length, 'loading');
      const opened = await browser.newPage({ viewport });
      const started = performance.now();
      await opened.goto(pathToFileURL(file).href);
      await opened.waitForSelector('#provenance');
      loads.push(performance.now() - started);
      await opened.close();
    }
    const load_ms = median(loads);
    yield { text: `loads in ${(load_ms / 1000).toFixed(2)} s, median of ${LOADS}`, measured: { load_ms } };
    const opened = await browser.newPage({ viewport });
    await opened.goto(pathToFileURL(file).href);
    for (const [i, section] of PARTS.entries()) {
      bench.stop.throwIfAborted();
      progress(LOADS + i, LOADS + PARTS.length, section);
      await opened.evaluate(`document.getElementById('${section}').scrollIntoView()`);
      await opened.waitForTimeout(500);
      const times = await opened.evaluate<number[]>(STEPS);
      const [median_ms, slowest_ms] = [median(times), Math.max(...times)];
      yield {
        text: `a step of the slider, ${section.padEnd(12)} ${median_ms.toFixed(0).padStart(4)} ms, slowest ${slowest_ms.toFixed(0)}`,
        measured: { part: section, median_ms, slowest_ms },
      };
    }
  } finally {
    await browser.close();
  }
}

/**
 * Runs in the page: milliseconds of script and layout for each step of the slider, from its start to its end, with the
 * part in sight.
 */
const STEPS = `(() => {
  const slider = document.getElementById('epoch');
  return Array.from({ length: Number(slider.max) + 1 }, (_, frame) => {
    const started = performance.now();
    slider.value = frame;
    slider.dispatchEvent(new Event('input'));
    document.body.getBoundingClientRect();
    return performance.now() - started;
  });
})()`;
