/**
 * One training step at p = 113 of every engine, and of PyTorch if one is named, taking turns. Its counted work gives a
 * rate, which is compared with the machine's multiply-add peak. The native step is also split into its phases.
 */
import { measurePeak } from '../peak.ts';
import { measurePhases, PHASES, type Phase } from '../phases.ts';
import { openPeer, PEER_VARIANTS } from '../peer.ts';
import type { Build } from '../../lib/engines/kernel/kernel.ts';
import { configOf, findBuilds, openRun } from '../runs.ts';
import type { Line, Section } from '../section.ts';
import { median, takeTurns } from '../turns.ts';
import { countPhases, countWork, describeRate, totalOf } from '../work.ts';
import type { Workbench } from '../workbench.ts';

const ROUNDS = 11;
const PAIRS = Math.trunc(0.3 * 113 * 113);
/** How many steps a turn takes. */
const STEPS = { native: 10, relaxed: 5, wasm: 3, tensorflow: 1, peer: 3 };

export const steps: Section = {
  name: 'steps',
  says: 'One training step at p = 113, 3,830 pairs: every engine, taking turns, and its phases',
  seconds: 20,
  needs: 'a C compiler for the native engine',
  peer_seconds: 15,
  run: measureSteps,
};

/** All phases in the order in which they run, with the parts of the pass over pairs before its rest. */
const IN_ORDER: readonly Phase[] = [
  ...PHASES.slice(0, 3),
  ...PHASES.slice(9, 15),
  PHASES[3],
  ...PHASES.slice(4, 9),
  PHASES[15],
];

interface Contender {
  /** The name of the engine, or for PyTorch that of its variant. */
  readonly engine: string;
  readonly isPeer: boolean;
  readonly name: string;
  readonly time: () => Promise<number>;
  readonly close: () => void;
}

interface Timing extends Pick<Contender, 'engine' | 'isPeer' | 'name'> {
  /** Milliseconds per step: median and best of the rounds. */
  readonly median_ms: number;
  readonly best_ms: number;
}

async function* measureSteps(
  bench: Workbench,
  progress: Parameters<Section['run']>[1],
): AsyncGenerator<Line> {
  const { builds, lacking } = await findBuilds();
  if (lacking !== null) yield { text: `no native engine: ${lacking}` };
  const work = countWork(configOf(113), PAIRS);
  const gflop = totalOf(work);
  yield { text: `${gflop.toFixed(3)} GFLOP`, measured: { work_gflop: gflop } };
  for (const [part, amount] of Object.entries(work) as [string, number][])
    yield { text: `  ${part.padEnd(14)} ${amount.toFixed(3)}`, measured: { part, gflop: amount } };
  const peak = lacking === null ? await measurePeak(bench) : null;
  if (peak !== null)
    yield { text: `${peak.toFixed(0)} GFLOP/s multiply-add peak`, measured: { peak_gflops: peak } };

  const contenders: Contender[] = [];
  try {
    for (const build of builds)
      for (const threads of new Set([1, bench.threads])) contenders.push(await openOurs(build, threads));
    contenders.push(await openOurs('tensorflow', bench.threads));
    if (bench.peer !== null) contenders.push(...(await openTheirs(bench, bench.peer)));
    const turns = Object.fromEntries(contenders.map(({ name, time }) => [name, time]));
    const rounds = await takeTurns(turns, ROUNDS, bench.stop, progress);
    if (rounds.length === 0) return;
    yield {
      text: `${`ms per step over ${rounds.length} rounds`.padEnd(40)}   median     best   (rates at the best)`,
    };
    const timings = contenders.map(({ engine, isPeer, name }): Timing => {
      const times = rounds.map((round) => round[name]!);
      return { engine, isPeer, name, median_ms: median(times), best_ms: Math.min(...times) };
    });
    for (const { name, median_ms, best_ms } of timings) {
      const ms = [median_ms, best_ms].map((x) => x.toFixed(2).padStart(8)).join(' ');
      const text = `  ${name.padEnd(38)} ${ms}   ${describeRate(best_ms, gflop, peak)}`;
      yield { text, measured: { name, median_ms, best_ms, rounds: rounds.length } };
    }
    yield* compare(timings);
    if (peak !== null) yield* showPhases(bench, peak);
  } finally {
    contenders.forEach(({ close }) => close());
  }
}

/** Where the time of a native step goes, in the order in which its phases run. */
async function* showPhases(bench: Workbench, peak: number): AsyncGenerator<Line> {
  const ms = await measurePhases(bench);
  const work = countPhases(configOf(113), PAIRS);
  const total = [...ms.values()].reduce((sum, each) => sum + each, 0);
  yield { text: `a native step on ${bench.threads} threads, ${total.toFixed(2)} ms, by phase` };
  for (const phase of IN_ORDER) {
    const [phase_ms, gflop] = [ms.get(phase)!, work[phase] ?? null];
    const share = `${((100 * phase_ms) / total).toFixed(0).padStart(3)} %`;
    const rate = gflop === null ? '' : `   ${describeRate(phase_ms, gflop, peak)}`;
    yield {
      text: `  ${phase.padEnd(28)} ${phase_ms.toFixed(3).padStart(7)} ms ${share}${rate}`,
      measured: { phase, ms: phase_ms, gflop },
    };
  }
}

async function openOurs(engine: Build | 'tensorflow', threads: number): Promise<Contender> {
  const { name, time, close } = await openRun(engine, threads, 113);
  return { engine, isPeer: false, name, time: () => time(STEPS[engine]), close };
}

async function openTheirs(bench: Workbench, python: string): Promise<Contender[]> {
  const peer = await openPeer(bench, python);
  return PEER_VARIANTS.map((variant) => ({
    engine: `PyTorch ${variant}`,
    isPeer: true,
    name: `PyTorch ${peer.version} ${variant}, ${bench.threads} threads`,
    time: () => peer.time(variant, STEPS.peer),
    close: () => peer.close(),
  }));
}

/** How many times faster each of our engines on all threads is than each of PyTorch's variants. */
function* compare(timings: readonly Timing[]): Generator<Line> {
  for (const theirs of timings.filter(({ isPeer }) => isPeer))
    for (const ours of timings.filter(
      ({ isPeer, engine }, i) => !isPeer && timings[i + 1]?.engine !== engine,
    )) {
      const times = theirs.median_ms / ours.median_ms;
      const times_at_best = theirs.best_ms / ours.best_ms;
      const text = `  ${ours.name} is ${times.toFixed(1)} times faster than ${theirs.name} (${times_at_best.toFixed(1)} by the best of each)`;
      yield { text, measured: { name: ours.name, than: theirs.name, times, times_at_best } };
    }
}
