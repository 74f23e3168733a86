// The explorer page at p = 113 in a real browser: size, time to load, and what a step of the slider takes. The network is
// trained for as many epochs as give the page all of its pictures; the page is then as large as that of a whole run but
// for the numbers of more checkpoints.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findChromium, openBrowser } from '../test/report/browser.ts';
import { median } from './runs.ts';

const ROUNDS = 5;
const repository = fileURLToPath(new URL('..', import.meta.url));

export interface PageTimes {
  readonly bytes: number;
  /** Milliseconds from opening the file until every section is there: median. */
  readonly load_ms: number;
  /** Milliseconds of script and layout of a step of the slider, with the section in sight: median and slowest. */
  readonly steps: readonly {
    readonly section: string;
    readonly median_ms: number;
    readonly slowest_ms: number;
  }[];
}

/** Null where there is no Chromium. */
export async function measurePage(): Promise<PageTimes | null> {
  const chromium = findChromium();
  if (!chromium) return null;
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
  const browser = await openBrowser(chromium);
  try {
    const roots = ['--artifacts', join(folder, 'artifacts'), '--cache', join(folder, 'cache')];
    const sets = ['--set', 'train.epochs=2000', '--set', 'train.checkpoint_every=50'];
    const args = ['--import', 'tsx', 'lib/runner/main.ts', 'pipeline', 'report', ...roots, ...sets];
    execFileSync(process.execPath, args, { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] });
    const path = join(folder, 'artifacts', 'report', 'index.html');
    const loads: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const started = performance.now();
      await page.goto(pathToFileURL(path).href);
      await page.waitForSelector('#provenance');
      loads.push(performance.now() - started);
      await page.close();
    }
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(pathToFileURL(path).href);
    const steps = [];
    for (const section of ['explorer', 'circle', 'neuron-map', 'sum']) {
      await page.evaluate(`document.getElementById('${section}').scrollIntoView()`);
      await page.waitForTimeout(500);
      const times = await page.evaluate<number[]>(STEPS);
      steps.push({ section, median_ms: median(times), slowest_ms: Math.max(...times) });
    }
    return { bytes: (await stat(path)).size, load_ms: median(loads), steps };
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Moves the slider from its start to its end, in the page. */
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

export function printPage(times: PageTimes | null): void {
  console.log('\nThe explorer page at p = 113');
  if (!times) return console.log('  no Chromium on this machine');
  console.log(`  ${(times.bytes / 1e6).toFixed(1)} MB, loads in ${(times.load_ms / 1000).toFixed(2)} s`);
  for (const { section, median_ms, slowest_ms } of times.steps)
    console.log(
      `  a step of the slider, ${section.padEnd(12)} ${median_ms.toFixed(0).padStart(4)} ms, slowest ${slowest_ms.toFixed(0)}`,
    );
}
