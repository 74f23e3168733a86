// The fused training kernel: full-batch AdamW steps, losses, gradients and forward passes of the one-layer transformer
// at the `=` position, by the native or the WebAssembly build of one C source. See kernel.c for the method.
import { Failure } from '../../files/failure.ts';
import type { Identity } from '../engine.ts';
import { refuseTooBig } from '../memory.ts';
import type { ModelConfig } from '../../network/config.ts';
import { findBuild, identityOf, type Build, type FoundBuild, type KernelName } from './identity.ts';
import type { Arithmetic } from './known-bits.ts';
import { KernelModel } from './model.ts';

export type { Build };
/** Bytes that a build's addresses reach. */
const ADDRESSABLE: Record<Build, number> = { native: Infinity, relaxed: 2 ** 32, wasm: 2 ** 32 };

export interface Kernel {
  readonly build: Build;
  readonly arithmetic: Arithmetic;
  /** What results depend on besides the inputs: equal identities give equal bits. */
  readonly identity: Identity;
  /** A model with zero weights. `threads` changes the speed only. */
  open(config: ModelConfig, threads: number): Promise<KernelModel>;
}

/** Opens the build called `name`. `auto` is the fastest that works here; if that is not native, the user is told why. */
export async function openKernel(name: KernelName): Promise<Kernel> {
  const found = await findBuild(name);
  return createKernel(found, await identityOf(found.loaded));
}

function createKernel({ build, loaded }: FoundBuild, identity: Identity): Kernel {
  const open = async (config: ModelConfig, threads: number): Promise<KernelModel> => {
    refuseSizes(config, threads);
    const refuseCount = (rows: number): void =>
      refuseTooBig(config, loaded.bytes(config, threads, rows), ADDRESSABLE[build]);
    refuseCount(0);
    return new KernelModel(identity, config, await loaded.open(config, threads), refuseCount);
  };
  return { build, arithmetic: loaded.arithmetic, identity, open };
}

function refuseSizes(config: ModelConfig, threads: number): void {
  const { p } = config;
  if (!Number.isInteger(p) || p < 3 || p > 499)
    throw new Failure(`p: ${p} (expected a whole number from 3 to 499)`, 'choose another p');
  const sizes = {
    d_model: config.d_model,
    n_heads: config.n_heads,
    d_head: config.d_head,
    d_mlp: config.d_mlp,
    threads,
  };
  for (const [name, value] of Object.entries(sizes))
    if (!Number.isInteger(value) || value < 1)
      throw new Failure(`${name}: ${value} (expected a whole number from 1)`, `choose another ${name}`);
}
