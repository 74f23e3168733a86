// Training on quiet cores and beside COUNT busy processes, in turns. `neighbours.ts ENGINE THREADS COUNT ROUNDS` prints
// as JSON, for each round, the wall and CPU milliseconds of a step, on THREADS threads and on one. The neighbours
// belong to the session of this process, as some systems first divide time among sessions. In quiet turns they are
// paused.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Build } from '../lib/engines/kernel/kernel.ts';
import { openRun } from './runs.ts';

export interface StepCost {
  readonly wall_ms: number;
  readonly cpu_ms: number;
}
/** On all threads and on one: quiet, and beside the neighbours. */
export type Round = Readonly<Record<'all' | 'one', { readonly quiet: StepCost; readonly beside: StepCost }>>;

const STEPS = 15;

const [engine, threads, count, rounds] = process.argv.slice(2);
const busy = Array.from({ length: Number(count) }, () => spawn(process.execPath, ['-e', 'for (;;);']));
process.once('exit', () => busy.forEach((child) => child.kill('SIGKILL')));
const tell = (signal: 'SIGSTOP' | 'SIGCONT'): void => busy.forEach((child) => void child.kill(signal));
await Promise.all(busy.map((child) => once(child, 'spawn')));
tell('SIGSTOP');
const runs = {
  all: await openRun(engine as Build, Number(threads), 113),
  one: await openRun(engine as Build, 1, 113),
};

async function cost(run: (typeof runs)['all']): Promise<StepCost> {
  const before = process.cpuUsage();
  const wall_ms = await run.time(STEPS);
  const { user, system } = process.cpuUsage(before);
  return { wall_ms, cpu_ms: (user + system) / 1000 / STEPS };
}

async function quietAndBeside(run: (typeof runs)['all']): Promise<Round['all']> {
  const quiet = await cost(run);
  tell('SIGCONT');
  const beside = await cost(run);
  tell('SIGSTOP');
  return { quiet, beside };
}

const costs: Round[] = [];
for (let i = 0; i < Number(rounds); i++)
  costs.push({ all: await quietAndBeside(runs.all), one: await quietAndBeside(runs.one) });
console.log(JSON.stringify(costs));
process.exit(); // paused neighbours are killed by the hook above
