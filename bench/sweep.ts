// What sweeps cost here: points per hour side by side, one after another on one thread and on all, taking turns; and what
// a known point costs.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultThreads } from '../lib/kernel/kernel.ts';
import { openPipeline } from '../lib/runner/pipeline.ts';
import { readSweep } from '../lib/sweep/definition.ts';
import { createLocal } from '../lib/sweep/local.ts';
import { runPoint } from '../lib/sweep/run-point.ts';
import { openSite, type Site } from '../lib/sweep/site.ts';
import { measureKnownPoints, type KnownPoints } from './known-points.ts';
import { median } from './runs.ts';

export interface SweepTimings {
  /** Points per hour: the reference network on 3,830 pairs for EPOCHS epochs a point. */
  readonly side_by_side: number;
  readonly one_thread: number;
  readonly all_threads: number;
  readonly known: KnownPoints;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const EPOCHS = 1500;
const ROUNDS = 3;
const KNOWN = 1000;

export async function measureSweeps(): Promise<SweepTimings> {
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-bench-'));
  const never = new AbortController().signal;
  const cores = defaultThreads();
  try {
    const file = join(folder, 'pipeline.yaml');
    const stages = (await readFile(join(root, 'pipeline.yaml'), 'utf8')).split('\nsweeps:')[0]!;
    const seeds = Array.from({ length: cores }, (_, i) => i).join(', ');
    const set = `{ train.epochs: ${EPOCHS}, train.checkpoint_every: 1000 }`;
    await writeFile(
      file,
      `${stages}\nsweeps:\n  bench: { until: train, set: ${set}, matrix: { train.seed: [${seeds}] } }\n`,
    );
    const sweep = await readSweep(await openPipeline(file), 'bench');
    /** Points per hour, in a place where nothing is known. */
    const time = async (name: string, run: (site: Site) => Promise<void>) => {
      const site = await openSite(join(folder, name), join(folder, name, 'cache'), sweep.name);
      const begin = performance.now();
      await run(site);
      return (3_600_000 * sweep.points.length) / (performance.now() - begin);
    };
    const inTurn = (threads: number) => async (site: Site) => {
      for (const point of sweep.points) await runPoint(site, point, threads, () => {}, never);
    };
    const watching = { onEvent: () => {}, onEnd: () => {}, onNote: () => {}, stop: never };
    const ways = {
      side_by_side: (site: Site) => createLocal().run(site, sweep, watching),
      one_thread: inTurn(1),
      all_threads: inTurn(cores),
    };
    const rates = { side_by_side: [] as number[], one_thread: [] as number[], all_threads: [] as number[] };
    for (let round = 0; round < ROUNDS; round++)
      for (const way of ['side_by_side', 'one_thread', 'all_threads'] as const)
        rates[way].push(await time(`${way}${round}`, ways[way]));
    return {
      side_by_side: median(rates.side_by_side),
      one_thread: median(rates.one_thread),
      all_threads: median(rates.all_threads),
      known: await measureKnownPoints(KNOWN),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function printSweeps({ side_by_side, one_thread, all_threads, known }: SweepTimings): void {
  const rate = (x: number): string => `${x.toFixed(0).padStart(6)} points an hour`;
  const times = (x: number): string => `${x.toFixed(2)} times`;
  console.log(`\nSweep of the reference network, ${EPOCHS} epochs a point`);
  console.log(`  side by side, a thread each    ${rate(side_by_side)}`);
  console.log(
    `  in turn, on one thread         ${rate(one_thread)}   side by side is ${times(side_by_side / one_thread)}`,
  );
  console.log(
    `  in turn, on all threads        ${rate(all_threads)}   side by side is ${times(side_by_side / all_threads)}`,
  );
  console.log(`\nSweep of ${known.points} points that are all in the cache`);
  console.log(`  ${known.restored_ms.toFixed(1)} ms a point restored, ${known.fresh_ms.toFixed(1)} ms fresh`);
  console.log(`  ${(known.peak_bytes / 2 ** 20).toFixed(0)} MiB`);
}
