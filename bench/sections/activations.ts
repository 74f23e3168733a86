/** What a full dump of activations costs: fifteen hooks and the logits of every pair at p = 113, written as Arrow. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Line, Progress, Section } from '../section.ts';
import { median } from '../turns.ts';
import type { Workbench } from '../workbench.ts';

const ROUNDS = 3;

export const activations: Section = {
  name: 'activations',
  says: 'Full dump of activations at p = 113',
  seconds: 5,
  needs: '',
  peer_seconds: null,
  run: measureDumps,
};

interface Dump {
  /** From the start of the process to the first batch: Node, imports, backend. */
  readonly start_ms: number;
  readonly dump_ms: number;
  readonly peak_bytes: number;
  readonly backend: string;
  /** Size of all files together. */
  readonly bytes: number;
}

/** Medians over some dumps, each in a process of its own and into an empty folder. */
async function* measureDumps(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const dumps: Dump[] = [];
  while (dumps.length < ROUNDS && !bench.stop.aborted) {
    progress(dumps.length, ROUNDS);
    const folder = await bench.folder();
    const ran = await bench.node('bench/dump.ts', folder, '113').catch((error: unknown) => {
      if (!bench.stop.aborted) throw error;
    });
    if (!ran) break;
    const files = (await readdir(folder)).map((name) => stat(join(folder, name)));
    const bytes = (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
    dumps.push({ ...(JSON.parse(ran.stdout) as Dump), bytes });
    await rm(folder, { recursive: true });
  }
  if (dumps.length === 0) return;
  const middle = (of: (dump: Dump) => number): number => median(dumps.map(of));
  const measured = {
    ...dumps[0]!,
    start_ms: middle(({ start_ms }) => start_ms),
    dump_ms: middle(({ dump_ms }) => dump_ms),
    peak_bytes: middle(({ peak_bytes }) => peak_bytes),
    rounds: dumps.length,
  };
  const { start_ms, dump_ms, peak_bytes, backend, bytes } = measured;
  yield { text: `${(bytes / 1e6).toFixed(0)} MB, ${backend}, median of ${dumps.length} dumps` };
  yield {
    text: `${(dump_ms / 1000).toFixed(2)} s beyond ${(start_ms / 1000).toFixed(2)} s of process start, peak ${(peak_bytes / 2 ** 20).toFixed(0)} MiB`,
    measured,
  };
}
