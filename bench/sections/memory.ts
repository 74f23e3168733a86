/** Peak memory of training at p = 113, the whole process, engine by engine. */
import { findBuilds } from '../runs.ts';
import type { Line, Progress, Section } from '../section.ts';
import type { Workbench } from '../workbench.ts';

export const memory: Section = {
  name: 'memory',
  says: 'Peak memory of training at p = 113, whole process',
  seconds: 10,
  needs: '',
  peer_seconds: null,
  run: measureMemory,
};

async function* measureMemory(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const { builds } = await findBuilds();
  const engines = [...builds, 'tensorflow'];
  for (const [i, engine] of engines.entries()) {
    progress(i, engines.length, engine);
    const peak_bytes = Number((await bench.node('bench/memory.ts', engine, String(bench.threads))).stdout);
    yield {
      text: `${engine.padEnd(12)} ${(peak_bytes / 2 ** 20).toFixed(0).padStart(5)} MiB`,
      measured: { engine, peak_bytes },
    };
  }
}
