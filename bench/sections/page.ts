/** The explorer page at p = 113 in a real browser: size, time to load, and what a step of the slider takes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, openBrowser } from '../../test/report/browser.ts';
import { pipelineRun } from '../pipeline-run.ts';
import type { Line, Progress, Section } from '../section.ts';
import { median } from '../turns.ts';
import type { Workbench } from '../workbench.ts';

const LOADS = 3;
const PARTS = ['explorer', 'circle', 'neuron-map', 'sum'];
const viewport = { width: 1280, height: 800 };

export const page: Section = {
  name: 'page',
  says: 'The explorer page at p = 113, in Chromium',
  seconds: 25,
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
    const [loads, paints]: [number[], number[]] = [[], []];
    for (let i = 0; i < LOADS; i++) {
      bench.stop.throwIfAborted();
      progress(i, LOADS + PARTS.length, 'loading');
      const opened = await browser.newPage({ viewport });
      const started = performance.now();
      await opened.goto(pathToFileURL(file).href);
      await opened.waitForSelector('#provenance');
      loads.push(performance.now() - started);
      paints.push(await opened.evaluate<number>(FIRST_PAINT));
      await opened.close();
    }
    const [load_ms, first_paint_ms] = [median(loads), median(paints)];
    yield {
      text: `first paint after ${(first_paint_ms / 1000).toFixed(2)} s, loads in ${(load_ms / 1000).toFixed(2)} s, medians of ${LOADS}`,
      measured: { first_paint_ms, load_ms },
    };
    const opened = await browser.newPage({ viewport });
    await opened.goto(pathToFileURL(file).href);
    await opened.waitForSelector('#provenance');
    for (const [i, section] of PARTS.entries()) {
      bench.stop.throwIfAborted();
      progress(LOADS + i, LOADS + PARTS.length, section);
      await opened.evaluate(`document.getElementById('${section}').scrollIntoView()`);
      await opened.waitForTimeout(500);
      const times = await opened.evaluate<number[]>(STEPS);
      const [median_ms, slowest_ms] = [median(times), Math.max(...times)];
      const p95_ms = times.toSorted((x, y) => x - y)[Math.ceil(0.95 * times.length) - 1]!;
      yield {
        text: `a step of the slider, ${section.padEnd(12)} ${median_ms.toFixed(0).padStart(4)} ms, 95 % within ${p95_ms.toFixed(0)}, slowest ${slowest_ms.toFixed(0)}`,
        measured: { part: section, median_ms, p95_ms, slowest_ms },
      };
    }
    progress(LOADS + PARTS.length, LOADS + PARTS.length, 'touch it');
    await opened.evaluate(`document.getElementById('touch').scrollIntoView()`);
    await opened.waitForSelector('#touch[data-of]');
    const touches = await opened.evaluate<{ pair: number; all: number }[]>(TOUCHES);
    const pair_ms = median(touches.map(({ pair }) => pair));
    const all_pairs_ms = median(touches.map(({ all }) => all));
    yield {
      text: `a head turned down: the chosen pair after ${pair_ms.toFixed(0)} ms, all pairs after ${all_pairs_ms.toFixed(0)} ms, medians of ${touches.length}`,
      measured: { pair_ms, all_pairs_ms },
    };
  } finally {
    await browser.close();
  }
}

/**
 * Runs in the page: for every second step of the slider, from its start to its end, how long the page is blocked by it, with
 * the part in sight. That is script, layout and paint, from the input to the end of the frame that shows it, without the
 * wait for that frame; where pictures follow in a later frame, the longer of the two.
 */
const STEPS = `(async () => {
  const slider = document.getElementById('epoch');
  let [began, isOver] = [0, false];
  /** Asks for the next frame before all others do, so that it has the first callback of every frame. */
  const begin = () => {
    if (!isOver) requestAnimationFrame(begin);
    began = performance.now();
  };
  await new Promise((resolve) => requestAnimationFrame(() => (begin(), resolve())));
  /** Calls act as an input would; milliseconds of it and of the next frame, from its first callback to after its paint. */
  const blocked = (act) => new Promise((resolve) => {
    const started = performance.now();
    act();
    const acted = performance.now() - started;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(acted + performance.now() - began);
      port2.postMessage(null);
    });
  });
  const times = [];
  for (let frame = 0; frame <= Number(slider.max); frame += 2) {
    const first = await blocked(() => {
      slider.value = frame;
      slider.dispatchEvent(new Event('input'));
    });
    times.push(Math.max(first, await blocked(() => {})));
  }
  isOver = true;
  return times;
})()`;

const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`;

/** Runs in the page: milliseconds from turning a head down until the chosen pair is shown, and until all pairs are scored. */
const TOUCHES = `(async () => {
  const touch = document.getElementById('touch');
  const answer = touch.querySelector('.touch-answer');
  const head = touch.querySelector('[data-part="head.0"]');
  const changed = (element, name) => new Promise((resolve) => {
    new MutationObserver((_, seen) => {
      seen.disconnect();
      resolve(performance.now());
    }).observe(element, { attributeFilter: [name] });
  });
  const touches = [];
  for (let i = 1; i <= 10; i++) {
    const both = [changed(answer, 'data-logits'), changed(touch, 'data-of')];
    const started = performance.now();
    head.value = 1 - i / 20;
    head.dispatchEvent(new Event('input'));
    const [pair, all] = await Promise.all(both);
    touches.push({ pair: pair - started, all: all - started });
  }
  return touches;
})()`;
