// Trainings whose weights are known bit for bit. A build that gives other bits is wrong, whatever the reason (a flag, a
// bug of the compiler or of the processor), and native/build.ts does not use it.
import { parameterCount, type ModelConfig } from '../../network/config.ts';
import type { Pairs } from '../../network/pairs.ts';

/** A multiply-add that rounds once, or one that rounds twice. */
export type Arithmetic = 'fused' | 'separate';

export interface KnownRun {
  readonly config: ModelConfig;
  readonly train_fraction: number;
  readonly steps: number;
  /** SHA-256 of all weights afterwards, float32 in the order of WEIGHT_NAMES. */
  readonly sha256: Readonly<Record<Arithmetic, string>>;
}

/** Learning rate, weight decay, beta1, beta2, epsilon: what the golden numbers were trained with. */
export const knownAdamw = (): Float64Array => Float64Array.of(1e-3, 1, 0.9, 0.98, 1e-8);

/** A number in [0, 1) that looks random, made by bit operations alone, so that it is the same on every machine. */
function noise(i: number): number {
  let x = Math.imul(i + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 15), 0x85ebca77);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae3d);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

/** The weights that a run starts with, as widely spread as initial weights are, and the pairs that it trains on. */
export function knownStart({ config, train_fraction }: KnownRun): { weights: Float32Array; pairs: Pairs } {
  const { p, d_model } = config;
  const width = 0.8 * Math.sqrt(12 / d_model);
  const weights = Float32Array.from({ length: parameterCount(config) }, (_, i) => (noise(i) - 0.5) * width);
  const rows = Array.from({ length: p * p }, (_, row) => row).filter(
    (row) => noise(2 ** 24 + row) < train_fraction,
  );
  const a = Int32Array.from(rows, (row) => Math.floor(row / p));
  const b = Int32Array.from(rows, (row) => row % p);
  return { weights, pairs: { a, b, label: a.map((x, i) => (x + b[i]!) % p) } };
}

/** Every native build trains these before it is trusted: sizes that are all padding, odd ones, and the published ones. */
export const FIRST_RUNS: readonly KnownRun[] = [
  {
    config: { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 },
    train_fraction: 0.5,
    steps: 200,
    sha256: {
      fused: '90c46628285e6bc1ed2e0cd7ad93913c4c27cb53b66bee79e9c8a72069975842',
      separate: '0eed0829044e59732201fd887bc626c1ab019f284cc33f53f466dc5ad054ca6a',
    },
  },
  {
    config: { p: 31, d_model: 24, n_heads: 3, d_head: 9, d_mlp: 50 },
    train_fraction: 0.4,
    steps: 40,
    sha256: {
      fused: '2c84aa7c1640283444505487f4c846dbd2a80f9f59ba98312ddb2310de027bc9',
      separate: '8d0cc5778b8fa78e570fe40f6a8c3076aa52c62312dd637da66e9a3a4466f678',
    },
  },
  {
    config: { p: 113, d_model: 128, n_heads: 4, d_head: 32, d_mlp: 512 },
    train_fraction: 0.3,
    steps: 2,
    sha256: {
      fused: '2610f2c2c355a53ebb83022b15c3e1afe8fd5a053561d36abd7bd1120f9dca84',
      separate: 'addf1bdf7f746c9c1b5e37b27c3963eac5a9cb3ae869259d6934560292b88d3e',
    },
  },
];
