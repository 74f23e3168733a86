/** Training beside busy processes: CPU time and wall time of a step, there and on quiet cores. */
import { availableParallelism } from 'node:os';
import type { Round, StepCost } from '../neighbours.ts';
import { findBuilds } from '../runs.ts';
import type { Line, Progress, Section } from '../section.ts';
import { median } from '../turns.ts';
import type { Workbench } from '../workbench.ts';

const NEIGHBOURS = 4;
const ROUNDS = 3;

export const neighbours: Section = {
  name: 'neighbours',
  says: `Training at p = 113 beside ${NEIGHBOURS} busy processes, and without them`,
  seconds: 5,
  needs: '',
  peer_seconds: null,
  run: measureNeighbours,
};

async function* measureNeighbours(bench: Workbench, progress: Progress): AsyncGenerator<Line> {
  const { builds } = await findBuilds();
  const engine = builds[0]!;
  progress(0, 0, engine);
  const numbers = [bench.threads, NEIGHBOURS, ROUNDS].map(String);
  const rounds = JSON.parse((await bench.node('bench/neighbours.ts', engine, ...numbers)).stdout) as Round[];
  yield line(engine, bench.threads, rounds, 'all');
  if (bench.threads > 1) yield line(engine, 1, rounds, 'one');
}

/**
 * What a step costs when quiet and beside the neighbours, the ratio of its CPU times, and its cores beside a fair
 * share.
 */
function line(engine: string, threads: number, rounds: readonly Round[], who: keyof Round): Line {
  const middle = (of: (round: Round[keyof Round]) => number): number =>
    median(rounds.map((each) => of(each[who])));
  const [quiet_ms, quiet_cpu_ms] = [middle((x) => x.quiet.wall_ms), middle((x) => x.quiet.cpu_ms)];
  const [beside_ms, beside_cpu_ms] = [middle((x) => x.beside.wall_ms), middle((x) => x.beside.cpu_ms)];
  const cpu_times = middle((x) => x.beside.cpu_ms / x.quiet.cpu_ms);
  const coresOf = ({ cpu_ms, wall_ms }: StepCost): number => cpu_ms / wall_ms;
  const cores = middle((x) => coresOf(x.beside));
  const fair_cores = Math.min(threads, (availableParallelism() * threads) / (threads + NEIGHBOURS));
  const measured = {
    engine,
    threads,
    quiet_ms,
    quiet_cpu_ms,
    beside_ms,
    beside_cpu_ms,
    cpu_times,
    cores,
    fair_cores,
  };
  const ms = (wall: number, cpu: number): string => `${wall.toFixed(1)} ms, ${cpu.toFixed(1)} CPU ms`;
  const name = `${engine}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  const text =
    `${name.padEnd(20)} quiet ${ms(quiet_ms, quiet_cpu_ms)}; beside ${NEIGHBOURS} ${ms(beside_ms, beside_cpu_ms)}: ` +
    `${cpu_times.toFixed(2)} times the CPU time, ${cores.toFixed(2)} cores (a fair share is ${fair_cores.toFixed(2)})`;
  return { text, measured };
}
