// Trainings whose weights are known bit for bit, beside those of lib/engines/kernel/known-bits.ts: longer ones, and how to run them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Kernel } from '../../../lib/engines/kernel/kernel.ts';
import {
  FIRST_RUNS,
  knownStart,
  type Arithmetic,
  type KnownRun,
} from '../../../lib/engines/kernel/known-bits.ts';
import { sourceFiles } from '../../../lib/engines/kernel/sources.ts';
import type { ModelConfig } from '../../../lib/network/config.ts';
import type { Pairs } from '../../../lib/network/pairs.ts';
import { temporaryFolder } from '../../stages/start-stage.ts';
import { ADAMW } from './models.ts';

const published = (p: number): ModelConfig => ({ p, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 });

export const TWENTY_STEPS: KnownRun = {
  config: published(59),
  train_fraction: 0.5,
  steps: 20,
  sha256: {
    fused: 'f06a5d04af3e5f595207bdc5c3492e96f2e3dba9df41a4e0b02f351ea96f0a23',
    separate: 'a517f99c18d66162f12716dca745c9161bec3240f591dd91103c34fb199e650c',
  },
};
/** Until it has grokked. */
export const WHOLE_31: KnownRun = {
  config: { p: 31, d_model: 64, n_heads: 3, d_head: 20, d_mlp: 200 },
  train_fraction: 0.6,
  steps: 6000,
  sha256: {
    fused: 'e41fbc4995837ac15e36ccb5decb54833ee82a43db1ad52513e5809beb73a213',
    separate: 'a5ad9a7662d2a95594b8854ec0a9da095c26dcf744b8c67c3ae5464fb688688d',
  },
};
/** Until it has grokked. */
export const WHOLE_59: KnownRun = {
  config: published(59),
  train_fraction: 0.5,
  steps: 2800,
  sha256: {
    fused: '311f072d0c5a4ecfe39445d5f97b3913c6316f2a0195b35ac049164568023d5b',
    separate: '28672fd0e8f80fdd4419f6c795e5f22efa1f0218e060f34406e6e0029b377f00',
  },
};
export const FORTY_STEPS: KnownRun = {
  config: published(113),
  train_fraction: 0.3,
  steps: 40,
  sha256: {
    fused: 'fd3ca181e5ad4eadf743c4d1d3814938497e9237fccd136fe2896c285eb73ee1',
    separate: 'da218fceb9ae856bb5db14c0b50f8b54285c2e05fbb1d65874807564910cd0b8',
  },
};
export const THREE_HUNDRED_STEPS: KnownRun = {
  config: published(113),
  train_fraction: 0.3,
  steps: 300,
  sha256: {
    fused: 'bd3ce15cbfec97e486502573a43a54fc9da7e6cea1e2e5cc64c0caa727c50f8f',
    separate: '402c79f9357f5e299c15baf1fd30d42feea09b6751bee8f8e9a2be81844245c4',
  },
};
export const SHORT_RUNS: readonly KnownRun[] = [...FIRST_RUNS, TWENTY_STEPS];

const nameOf = ({ config, steps }: KnownRun): string => `${steps} steps at p = ${config.p}`;
export const hashOf = (weights: Uint8Array | Float32Array): string =>
  createHash('sha256').update(weights).digest('hex');

/** The result of each run, by name, and the expected one. */
export function assertKnown(
  arithmetic: Arithmetic,
  hashes: readonly (readonly [KnownRun, string])[],
  who = '',
): void {
  const [actual, expected] = [
    hashes.map(([run, hash]) => `${nameOf(run)}: ${hash}`),
    hashes.map(([run]) => `${nameOf(run)}: ${run.sha256[arithmetic]}`),
  ];
  assert.deepEqual(actual, expected, `weights of ${who} ${arithmetic}`);
}

/** Trains with a kernel that JavaScript can load. */
export async function assertKnownRuns(
  kernel: Kernel,
  runs: readonly KnownRun[],
  threads: number,
): Promise<void> {
  const hashes: [KnownRun, string][] = [];
  for (const run of runs) {
    const { weights, pairs } = knownStart(run);
    const model = await kernel.open(run.config, threads);
    model.writeState({ weights });
    await model.train(pairs, ADAMW, run.steps);
    hashes.push([run, hashOf(model.readState().weights)]);
    model.close();
  }
  assertKnown(kernel.arithmetic, hashes, `${kernel.build}, ${threads} threads:`);
}

/** A compiler, its flags beyond those of every build, and what runs the program if this processor cannot. */
export interface Processor {
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly emulator?: string;
  /** The word in /proc/cpuinfo without which it cannot run here. */
  readonly feature?: string | undefined;
}

const DRIVER = fileURLToPath(new URL('./run-steps.c', import.meta.url));

/** Compiles the kernel with a program around it that trains, run-steps.c. */
export async function compileSteps(t: TestContext, { compiler, flags }: Processor): Promise<string> {
  const program = join(await temporaryFolder(t), 'run-steps');
  const sources = sourceFiles('native').filter((file) => !file.endsWith('addon.c'));
  const args = [...EVERY_BUILD, ...flags, DRIVER, ...sources, '-lpthread', '-o', program];
  await promisify(execFile)(compiler, args);
  return program;
}

/** As in native/compiler.ts, without the level of optimisation and the processor. */
const EVERY_BUILD = ['-std=gnu11', '-ffp-contract=off', '-fno-math-errno'];

/** Losses (one float64 per step), then weights (float32). `come`: those of the threads that take part. */
export async function runSteps(
  program: string,
  emulator: string | undefined,
  start: { config: ModelConfig; weights: Float32Array; pairs: Pairs },
  steps: number,
  threads: number,
  come = threads,
): Promise<Buffer> {
  const { config, weights, pairs } = start;
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  const sizes = Int32Array.of(p, d_model, n_heads, d_head, d_mlp, pairs.a.length);
  const parts = [sizes, weights, pairs.a, pairs.b, pairs.label];
  const numbers = [steps, threads, come].map(String);
  const [command, ...args] = [...(emulator ? [emulator] : []), program, ...numbers];
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(Buffer.concat(parts.map((x) => new Uint8Array(x.buffer, x.byteOffset, x.byteLength))));
  const [output, [code]] = await Promise.all([buffer(child.stdout), once(child, 'close')]);
  assert.equal(code, 0);
  return output;
}

/** Trains with a compiled program. */
export async function assertCompiledRuns(
  program: string,
  emulator: string | undefined,
  arithmetic: Arithmetic,
  runs: readonly KnownRun[],
  threads: number,
  come = threads,
): Promise<void> {
  const hashes: [KnownRun, string][] = [];
  for (const run of runs) {
    const start = { ...run, ...knownStart(run) };
    const output = await runSteps(program, emulator, start, run.steps, threads, come);
    hashes.push([run, hashOf(output.subarray(8 * run.steps))]);
  }
  assertKnown(arithmetic, hashes, `${threads} threads:`);
}
