/** Every measure of every checkpoint, in a process of its own. */
import type { Line, Progress, Section } from '../section.ts';
import type { Workbench } from '../workbench.ts';

const SIZES = [
  { p: 113, checkpoints: 250 },
  { p: 199, checkpoints: 50 },
];

export const progress: Section = {
  name: 'progress',
  says: 'Every measure of every checkpoint, on all cores',
  seconds: 36,
  needs: '',
  peer_seconds: null,
  run: measureProgress,
};

interface Measured {
  readonly p: number;
  readonly checkpoints: number;
  readonly seconds: number;
  /** Of all processes together; null if it is not known. */
  readonly peak_bytes: number | null;
}

async function* measureProgress(bench: Workbench, onPart: Progress): AsyncGenerator<Line> {
  for (const [i, { p, checkpoints }] of SIZES.entries()) {
    onPart(i, SIZES.length, `p = ${p}`);
    const args = [await bench.folder(), String(p), String(checkpoints)];
    const measured = JSON.parse((await bench.node('bench/progress.ts', ...args)).stdout) as Measured;
    const { seconds, peak_bytes } = measured;
    const bytes = peak_bytes === null ? '' : `, ${(peak_bytes / 2 ** 20).toFixed(0)} MiB in all processes`;
    yield {
      text: `p = ${p}, ${checkpoints} checkpoints: ${seconds.toFixed(1)} s${bytes}`,
      measured: { ...measured },
    };
  }
}
