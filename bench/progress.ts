// Takes every measure of every checkpoint. `progress.ts FOLDER P CHECKPOINTS` prints the seconds, and the sum of the
// peak memory of all its processes (null if there is no /proc). The checkpoints are of an untrained network, which
// takes as long.
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { writeCheckpoints } from '../lib/artifacts/checkpoints.ts';
import { writePairs } from '../lib/artifacts/dataset.ts';
import { fastestIdentity } from '../lib/engines/fastest.ts';
import type { ModelConfig } from '../lib/network/config.ts';
import { initialWeights } from '../lib/network/initial.ts';
import { gridRows, splitRows } from '../lib/task/split.ts';
import { measureAll } from '../stages/measures.pool.ts';
import { configOf } from './runs.ts';

const [, , folder, ...sizes] = process.argv as [string, string, string, ...string[]];
const [p, count] = sizes.map(Number) as [number, number];
const config = configOf(p);
const NOTHING_LEARNT = { train_loss: 0, test_loss: 0, train_accuracy: 0, test_accuracy: 0 };
await writeInputs(config);
const peaks = new Map<string, number>();
const watch = setInterval(() => void readPeaks(peaks), 20);
const begin = performance.now();
const needs = { dataset: folder, train: folder };
const measuring = { needs, config, key: [1, 2, 3, 4], engine: await fastestIdentity() };
await measureAll(measuring, count, os.availableParallelism(), () => {});
const seconds = (performance.now() - begin) / 1000;
clearInterval(watch);
const total = [...peaks.values()].reduce((sum, bytes) => sum + bytes, 0);
console.log(JSON.stringify({ p, checkpoints: count, seconds, peak_bytes: total || null }));

async function writeInputs(of: ModelConfig): Promise<void> {
  const weights = initialWeights(of, 999);
  const records = Array.from({ length: count }, (_, epoch) => ({ ...NOTHING_LEARNT, epoch }));
  await writeCheckpoints(folder, of, records, () => weights);
  const task = { p: of.p, operation: 'add', train_fraction: 0.3, seed: 598 } as const;
  const isTrain = new Uint8Array(of.p ** 2);
  for (const i of splitRows(of.p, task.train_fraction, task.seed).train) isTrain[i] = 1;
  await writePairs(folder, task, gridRows(of.p, 'add'), isTrain);
}

/** The highest memory so far of this process and its children, by process id. */
async function readPeaks(peaks: Map<string, number>): Promise<void> {
  const { pid } = process;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => null);
  if (children === null) return;
  for (const id of [String(pid), ...children.split(' ').filter(Boolean)]) {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
    if (kilobytes) peaks.set(id, Number(kilobytes) * 1024);
  }
}
