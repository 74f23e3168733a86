// What a build of the kernel offers to kernel.ts: the C functions of kernel.h, with memory and threads behind them.
import type { ModelConfig } from '../../network/config.ts';
import type { Arithmetic } from './known-bits.ts';

/** The values of `enum job_kind` in kernel.h. */
export const JOB_KINDS = { train: 0, gradients: 1, evaluate: 2, forward: 3 } as const;

/** Arrays of weights inside the kernel, as `write` and `read` number them; the gradient can only be read. */
export const ARRAYS = { weights: 0, m: 1, v: 2, gradient: 3 } as const;

/** Handle of uploaded rows, opaque. */
export type Batch = object | number;

export interface Job {
  readonly kind: keyof typeof JOB_KINDS;
  readonly batch: Batch;
  readonly steps: number;
  /** learning rate, weight decay, beta1, beta2, epsilon */
  readonly adamw: Float64Array;
  /** Filled by the job, one entry per step. */
  readonly loss: Float64Array;
  readonly accuracy: Float64Array;
  /** Filled by a forward job: [rows, d_mlp] and [rows, p]. */
  readonly neurons?: Float32Array;
  readonly logits?: Float32Array;
  readonly before_relu: boolean;
}

/** One model in one build's memory. Only one job at a time, and no other call while it runs. */
export interface Core {
  upload(a: Int32Array, b: Int32Array, label: Int32Array): Batch;
  /** Writes zeros if `from` is not given. */
  write(array: Exclude<keyof typeof ARRAYS, 'gradient'>, from?: Float32Array): void;
  read(array: keyof typeof ARRAYS, to: Float32Array): void;
  readStep(): number;
  writeStep(step: number): void;
  run(job: Job): Promise<void>;
  close(): void;
}

export type OpenCore = (config: ModelConfig, threads: number) => Promise<Core>;

/** A build that has been loaded. */
export interface Library {
  /** What the build itself says, on this machine. */
  readonly arithmetic: Arithmetic;
  /** Roughly how many bytes a model takes that trains on `rows` pairs. */
  bytes(config: ModelConfig, threads: number, rows: number): number;
  readonly open: OpenCore;
}

/** What a build's is_fused() says, as a name. */
export const nameArithmetic = (is_fused: number): Arithmetic => (is_fused === 1 ? 'fused' : 'separate');

/** How many turns a thread waits for work before it sleeps: `most`, or none if threads outnumber cores. */
export const spinsFor = (most: number, threads: number, cores: number): number =>
  threads > cores ? 0 : most;
