/** How a training step grows with p: the fastest build on all threads. */
import { measurePeak } from '../peak.ts';
import { findBuilds, openRun } from '../runs.ts';
import type { Line, Progress, Section } from '../section.ts';
import { median, takeTurns } from '../turns.ts';
import { countWork, describeRate, totalOf } from '../work.ts';
import type { Workbench } from '../workbench.ts';

const P = [59, 113, 199, 307];
const ROUNDS = 7;

export const growth: Section = {
  name: 'growth',
  says: `One training step at p = ${P.join(', ')}: native (else WebAssembly), all threads, taking turns`,
  seconds: 5,
  needs: '',
  peer_seconds: null,
  run: measureGrowth,
};

async function* measureGrowth(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const { builds, lacking } = await findBuilds();
  const peak = lacking === null ? await measurePeak(bench) : null;
  const runs = await Promise.all(P.map((p) => openRun(builds[0]!, bench.threads, p)));
  try {
    const turns = Object.fromEntries(runs.map(({ config, time }) => [`p = ${config.p}`, () => time(3)]));
    const rounds = await takeTurns(turns, ROUNDS, bench.stop, progress);
    if (rounds.length === 0) return;
    yield {
      text: `${builds[0]}, ms per step over ${rounds.length} rounds   median     best   (rates at the best)`,
    };
    for (const { config, rows } of runs) {
      const times = rounds.map((round) => round[`p = ${config.p}`]!);
      const [median_ms, best_ms] = [median(times), Math.min(...times)];
      const gflop = totalOf(countWork(config, rows.a.length));
      const ms = [median_ms, best_ms].map((x) => x.toFixed(2).padStart(8)).join(' ');
      const size = `p = ${String(config.p).padEnd(4)} ${gflop.toFixed(2).padStart(6)} GFLOP`;
      yield {
        text: `  ${size.padEnd(34)} ${ms}   ${describeRate(best_ms, gflop, peak)}`,
        measured: { p: config.p, gflop, median_ms, best_ms, rounds: rounds.length },
      };
    }
  } finally {
    runs.forEach(({ close }) => close());
  }
}
