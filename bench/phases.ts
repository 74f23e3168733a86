// Where the time of a training step goes: compiles phases.c with the kernel and runs it for some rounds.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuFlags, findCompiler } from '../lib/engines/kernel/native/compiler.ts';
import { sourceFiles } from '../lib/engines/kernel/sources.ts';
import { median } from './turns.ts';
import type { Workbench } from './workbench.ts';

/**
 * In the order of `enum part` in kernel.h: nine phases of a step, then the parts of the pass over pairs, then waiting.
 */
export const PHASES = [
  'x, and weights transposed',
  'products of weights',
  'tables',
  'rest of the pass over pairs',
  'sums over pairs',
  'back: values, W_out',
  'back: products of weights',
  'back: weights',
  'AdamW',
  'weighted rows',
  'forward product',
  'loss',
  'backward product',
  'backward dot products',
  'gradient of W_logit',
  'waiting',
] as const;
export type Phase = (typeof PHASES)[number];

const ROUNDS = 5;
const STEPS = 20;

/**
 * Milliseconds per step in each phase, averaged over the threads, so that they add up to the step; medians over rounds.
 */
export async function measurePhases(bench: Workbench): Promise<ReadonlyMap<Phase, number>> {
  const program = join(await bench.folder(), 'phases');
  const sources = sourceFiles('native').filter((file) => !file.endsWith('addon.c'));
  const driver = fileURLToPath(new URL('./phases.c', import.meta.url));
  const { command, args } = await findCompiler();
  const flags = [...args, ...cpuFlags(), '-DTIMED'];
  await bench.run(command, [...flags, driver, ...sources, '-lpthread', '-o', program]);
  const rounds: number[][] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const { stdout } = await bench.run(program, [String(bench.threads), String(STEPS)]);
    rounds.push(stdout.trimEnd().split('\n').map(Number));
  }
  return new Map(PHASES.map((phase, part) => [phase, median(rounds.map((round) => round[part]!))]));
}
