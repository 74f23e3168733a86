/** How many points per hour a sweep does here: side by side, or one after another on one thread or on all threads. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPipeline } from '../../lib/runner/runner.ts';
import { readSweep } from '../../lib/sweep/definition.ts';
import { createLocal } from '../../lib/sweep/executors/local.ts';
import { runPoint } from '../../lib/sweep/run-point.ts';
import { openSite, type Site } from '../../lib/sweep/site.ts';
import type { Line, Progress, Section } from '../section.ts';
import { medianOf, takeTurns } from '../turns.ts';
import { repository, type Workbench } from '../workbench.ts';

const EPOCHS = 600;
const ROUNDS = 1;

export const sweep: Section = {
  name: 'sweep',
  says: `Sweep of the reference network on 3,830 pairs, ${EPOCHS} epochs a point`,
  seconds: 26,
  needs: '',
  peer_seconds: null,
  run: measureSweep,
};

async function* measureSweep(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const { stop, threads } = bench;
  const folder = await bench.folder();
  const file = join(folder, 'pipeline.yaml');
  const stages = (await readFile(join(repository, 'pipeline.yaml'), 'utf8')).split('\nsweeps:')[0]!;
  const seeds = Array.from({ length: threads }, (_, i) => i).join(', ');
  const set = `{ train.epochs: ${EPOCHS}, train.checkpoint_every: 1000 }`;
  await writeFile(
    file,
    `${stages}\nsweeps:\n  bench: { until: train, set: ${set}, matrix: { train.seed: [${seeds}] } }\n`,
  );
  const points = await readSweep(await openPipeline(file), 'bench');
  /** Milliseconds per point, with an empty cache. */
  const time = async (count: number, run: (site: Site) => Promise<unknown>): Promise<number> => {
    const place = await bench.folder();
    const site = await openSite(place, join(place, 'cache'), points.name);
    const begin = performance.now();
    await run(site);
    return (performance.now() - begin) / count;
  };
  const watching = { onEvent: () => {}, onEnd: () => {}, onNote: () => {}, stop };
  const one = (onThreads: number) => (site: Site) =>
    runPoint(site, points.points[0]!, onThreads, () => {}, stop);
  const turns = {
    side_by_side: () => time(points.points.length, (site) => createLocal().run(site, points, watching)),
    one_thread: () => time(1, one(1)),
    all_threads: () => time(1, one(threads)),
  };
  const rounds = await takeTurns(turns, ROUNDS, stop, progress);
  if (rounds.length === 0) return;
  const rate = (way: keyof typeof turns): number => medianOf(rounds, (round) => 3_600_000 / round[way]);
  const side_by_side = rate('side_by_side');
  const WORDS = {
    side_by_side: 'side by side, a thread each',
    one_thread: 'in turn, on one thread',
    all_threads: 'in turn, on all threads',
  };
  for (const way of ['side_by_side', 'one_thread', 'all_threads'] as const) {
    const per_hour = rate(way);
    const times = side_by_side / per_hour;
    const more = way === 'side_by_side' ? '' : `   side by side does ${times.toFixed(2)} times as many`;
    yield {
      text: `${WORDS[way].padEnd(30)} ${per_hour.toFixed(0).padStart(6)} points per hour${more}`,
      measured: { way, per_hour, side_by_side_times: times, rounds: rounds.length },
    };
  }
}
