// What the kernel's tests share: the builds that can be tested here, models of a given seed, and the tiny golden model.
import { test, type TestContext } from 'node:test';
import { readSafetensors } from '../../../lib/files/safetensors.ts';
import type { Tensor } from '../../../lib/files/tensor.ts';
import { openKernel, type Build } from '../../../lib/engines/kernel/kernel.ts';
import type { KernelModel } from '../../../lib/engines/kernel/model.ts';
import { NoCompiler } from '../../../lib/engines/kernel/native/compiler.ts';
import { findBuild } from '../../../lib/engines/kernel/identity.ts';
import { WEIGHT_NAMES, type ModelConfig, type Weights } from '../../../lib/network/config.ts';
import { initialWeights } from '../../../lib/network/initial.ts';
import { fromStateDict } from '../../network/from-state-dict.ts';
import type { Pairs } from '../../../lib/network/pairs.ts';
import { gridRows, splitRows, takeRows } from '../../../lib/task/split.ts';

export const ADAMW = { learning_rate: 1e-3, weight_decay: 1, beta1: 0.9, beta2: 0.98, epsilon: 1e-8 };

/** Null, too, where there is a compiler and what it builds does not work: then each test fails with the reason. */
const whyNotFound = (build: Build): Promise<string | null> =>
  findBuild(build).then(
    () => null,
    (error: Error) => (build === 'native' && !(error instanceof NoCompiler) ? null : error.message),
  );
const whyNot: Record<Build, string | null> = {
  native: await whyNotFound('native'),
  relaxed: await whyNotFound('relaxed'),
  wasm: null,
};

/** One test for each build; a build that this machine does not have is skipped, with the reason. */
export function testEachBuild(
  title: string,
  body: (build: Build, t: TestContext) => Promise<void>,
  builds: readonly Build[] = ['native', 'relaxed', 'wasm'],
): void {
  for (const build of builds) {
    const skip = whyNot[build] ?? false;
    test(`${build}: ${title}`, { skip }, (t) => body(build, t));
  }
}

export function flatten(weights: Weights): Float32Array {
  const parts = WEIGHT_NAMES.map((name) => weights[name].data);
  const flat = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    flat.set(part, offset);
    offset += part.length;
  }
  return flat;
}

/** A model with the initial weights of `seed`; closed when the test ends. */
export async function openModel(
  t: TestContext,
  build: Build,
  config: ModelConfig,
  { threads = 2, seed = 0, weights = flatten(initialWeights(config, seed)) } = {},
): Promise<KernelModel> {
  const model = await (await openKernel(build)).open(config, threads);
  t.after(() => model.close());
  model.writeState({ weights });
  return model;
}

export function splitOf(p: number, train_fraction: number, seed: number): { train: Pairs; test: Pairs } {
  const grid = gridRows(p, 'add');
  const { train, test: held_out } = splitRows(p, train_fraction, seed);
  return { train: takeRows(grid, train), test: takeRows(grid, held_out) };
}

export const TINY: ModelConfig = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };

/** The tensors of tiny.safetensors; `weightsOf('init')` and so on are flat. */
export async function readTiny(): Promise<{
  tensors: Record<string, Tensor>;
  weightsOf: (prefix: string) => Float32Array;
}> {
  const path = new URL('../../fixtures/tiny.safetensors', import.meta.url).pathname;
  const { tensors } = await readSafetensors(path);
  const weightsOf = (prefix: string): Float32Array => {
    const named = Object.entries(tensors).filter(([key]) => key.startsWith(`${prefix}/`));
    const entries = named.map(([key, tensor]) => [key.slice(prefix.length + 1), tensor] as const);
    return flatten(fromStateDict(Object.fromEntries(entries)));
  };
  return { tensors, weightsOf };
}
