// `npm run bench`: what a training step costs here, beside its counted work and the machine's multiply-add peak.
//   --json          the same as JSON
//   --peer PYTHON   PyTorch's steps too, taking turns with ours, and the ratios
// Everything that is compared takes turns within one session: each number is a median over rounds.
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultThreads, type Build } from '../lib/kernel/kernel.ts';
import { buildNative } from '../lib/kernel/native/build.ts';
import { keptByNpm } from '../lib/runner/npm.ts';
import { renderProblem } from '../lib/runner/problem.ts';
import { describeDump, measureDump } from './activations.ts';
import { describeGrok, measureGrok } from './grok.ts';
import { measureCache, printCache } from './cache.ts';
import { measurePage, printPage } from './report.ts';
import { measurePeak } from './peak.ts';
import { openPeer, PEER_VARIANTS } from './peer.ts';
import { configOf, median, openRun } from './runs.ts';
import { measureSweeps, printSweeps } from './sweep.ts';
import { countWork, totalOf } from './work.ts';

const OPTIONS = { json: { type: 'boolean', default: false }, peer: { type: 'string' } } as const;
const { values } = parseArgs({ options: OPTIONS });
const [kept] = keptByNpm('bench', process.argv.slice(2), OPTIONS, process.env);
if (kept) {
  console.error(renderProblem(kept));
  process.exit(2);
}
const ROUNDS = 15;
const GROWTH = [59, 113, 199, 307];
const threads = defaultThreads();

/** Without a C compiler there is neither a native build nor a peak to compare with. */
const builds: Build[] = await buildNative().then(
  () => ['native', 'wasm'],
  (error: Error) => {
    console.error(`no native build: ${error.message}`);
    return ['wasm'];
  },
);

interface Timing {
  readonly name: string;
  /** Milliseconds per step: median and best of the rounds. */
  readonly median_ms: number;
  readonly best_ms: number;
}

interface Contender {
  readonly name: string;
  readonly time: () => Promise<number>;
  readonly close: () => void;
}

async function openOurs(): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const build of builds)
    for (const count of new Set([1, threads])) {
      const { name, time, close } = await openRun(build, count, 113);
      const steps = build === 'native' ? 10 : 3;
      contenders.push({ name, time: () => time(steps), close });
    }
  const { name, time, close } = await openRun('tensorflow', threads, 113);
  return [...contenders, { name, time: () => time(1), close }];
}

async function openTheirs(python: string): Promise<Contender[]> {
  const peer = await openPeer(python, threads);
  return PEER_VARIANTS.map((variant) => ({
    name: `PyTorch ${peer.version} ${variant}, ${threads} threads`,
    time: () => peer.time(variant, 3),
    close: () => peer.close(),
  }));
}

/** Rounds in which each contender has one turn. */
async function takeTurns(contenders: readonly Contender[], rounds: number): Promise<Timing[]> {
  const times = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, { time }] of contenders.entries()) times[i]!.push(await time());
  contenders.forEach(({ close }) => close());
  return contenders.map(({ name }, i) => {
    return { name, median_ms: median(times[i]!), best_ms: Math.min(...times[i]!) };
  });
}

async function measureGrowth(): Promise<{ p: number; gflop: number; median_ms: number; best_ms: number }[]> {
  const runs = await Promise.all(GROWTH.map((p) => openRun(builds[0]!, threads, p)));
  const contenders = runs.map(({ config, time, close }) => {
    return { name: String(config.p), time: () => time(3), close };
  });
  const timings = await takeTurns(contenders, 7);
  return runs.map(({ config, rows }, i) => {
    const { median_ms, best_ms } = timings[i]!;
    return { p: config.p, gflop: totalOf(countWork(config, rows.a.length)), median_ms, best_ms };
  });
}

function measureMemory(engine: Build | 'tensorflow'): number {
  const script = fileURLToPath(new URL('./memory.ts', import.meta.url));
  const args = [...process.execArgv, script, engine, String(threads)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

interface ProgressTiming {
  readonly p: number;
  readonly checkpoints: number;
  readonly seconds: number;
  readonly peak_bytes: number | null;
}

/** Every measure of every checkpoint, in a process of its own. */
function measureProgress(p: number, checkpoints: number): ProgressTiming {
  const script = fileURLToPath(new URL('./progress.ts', import.meta.url));
  const args = [...process.execArgv, script, String(p), String(checkpoints)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as ProgressTiming;
}

const work = countWork(configOf(113), Math.trunc(0.3 * 113 * 113));
const peak_gflops = builds[0] === 'native' ? await measurePeak(threads) : null;
const contenders = [...(await openOurs()), ...(values.peer ? await openTheirs(values.peer) : [])];
const steps = await takeTurns(contenders, ROUNDS);
const growth = await measureGrowth();
const engines = [...builds, 'tensorflow'] as const;
const peak_bytes = Object.fromEntries(engines.map((engine) => [engine, measureMemory(engine)]));
const grok = [await measureGrok(builds[0]!, threads, 0.5), await measureGrok(builds[0]!, threads, 0.3)];
const activations = measureDump();
const progress = [measureProgress(113, 250), measureProgress(199, 50)];
const cache = await measureCache();
const page = await measurePage();
const sweeps = await measureSweeps();
const result = {
  cpu: os.cpus()[0]?.model,
  threads,
  peak_gflops,
  work_gflop: work,
  steps,
  growth,
  peak_bytes,
  activations,
  grok,
  progress,
  cache,
  page,
  sweeps,
};
if (values.json) console.log(JSON.stringify(result, null, 2));
else print();

function print(): void {
  const total = totalOf(work);
  const rate = (ms: number, gflop: number): string => {
    const gflops = (1000 * gflop) / ms;
    const share = peak_gflops ? `${((100 * gflops) / peak_gflops).toFixed(0).padStart(4)} % of peak` : '';
    return `${gflops.toFixed(0).padStart(5)} GFLOP/s${share}`;
  };
  const ms = (x: number): string => x.toFixed(2).padStart(8);
  console.log(
    `${result.cpu}, ${threads} threads: ${peak_gflops?.toFixed(0) ?? 'unknown'} GFLOP/s multiply-add peak`,
  );
  console.log(`\nOne training step at p = 113, 3,830 pairs: ${total.toFixed(3)} GFLOP`);
  for (const [part, gflop] of Object.entries(work)) console.log(`  ${part.padEnd(14)} ${gflop.toFixed(3)}`);
  console.log(`\n${'ms per step'.padEnd(40)}   median     best   (rates at the best, as the peak is one)`);
  for (const { name, median_ms, best_ms } of steps)
    console.log(`  ${name.padEnd(38)} ${ms(median_ms)} ${ms(best_ms)}   ${rate(best_ms, total)}`);
  printRatios();
  console.log(`\nGrowth with p, ${builds[0]}, ${threads} threads`);
  for (const { p, gflop, median_ms, best_ms } of growth)
    console.log(
      `  p = ${String(p).padEnd(4)} ${gflop.toFixed(2).padStart(6)} GFLOP ${ms(median_ms)} ${ms(best_ms)}   ${rate(best_ms, gflop)}`,
    );
  console.log('\nPeak memory of training at p = 113, whole process');
  for (const [build, bytes] of Object.entries(peak_bytes))
    console.log(`  ${build.padEnd(12)} ${(bytes / 2 ** 20).toFixed(0)} MiB`);
  console.log(`\nTraining until it groks, ${builds[0]}, ${threads} threads`);
  for (const run of grok) console.log(describeGrok(run));
  console.log(describeDump(activations));
  console.log('\nEvery measure of every checkpoint');
  for (const { p, checkpoints, seconds, peak_bytes: bytes } of progress) {
    const memory = bytes === null ? '' : `, ${(bytes / 2 ** 20).toFixed(0)} MiB in all processes`;
    console.log(`  p = ${p}, ${checkpoints} checkpoints: ${seconds.toFixed(1)} s${memory}`);
  }
  printCache(cache);
  printPage(page);
  printSweeps(sweeps);
}

/** How many times faster each of our engines on all threads is than each of PyTorch's variants. */
function printRatios(): void {
  const theirs = steps.filter(({ name }) => name.startsWith('PyTorch'));
  for (const peer of theirs)
    for (const build of [...builds, 'TensorFlow.js']) {
      const ours = steps.findLast(({ name }) => name.startsWith(build))!;
      const ratio = (peer.median_ms / ours.median_ms).toFixed(1);
      console.log(
        `  ${build} is ${ratio} times faster than ${peer.name} (${(peer.best_ms / ours.best_ms).toFixed(1)} by the best of each)`,
      );
    }
}
