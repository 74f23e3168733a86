// How much memory the kernel takes: the arrays of setup.c that grow with more than one size.
import { parameterCount, type ModelConfig } from '../../network/config.ts';

const BLOCK_ROWS = 96;
const MAX_SLICES = 32;

/** Bytes, without padding, of a model that trains on `rows` pairs on `threads` threads. */
export function kernelBytes(config: ModelConfig, rows: number, threads: number): number {
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  const heads = n_heads * d_head;
  const z = d_mlp + p;
  const state = 4 * parameterCount(config); // weights, both moments, gradient
  const tables = 2 * (2 * p * n_heads * z + heads * z + 2 * p * (d_model + heads)) + d_model * (z + heads);
  const logits = 4 * d_mlp * p;
  const scratch = threads * BLOCK_ROWS * (3 * d_mlp + 4 * p + 4 * n_heads);
  const pairs = rows * (z + 4 * n_heads) + Math.min(MAX_SLICES, rows / (2 * BLOCK_ROWS)) * d_mlp * p;
  return 4 * (state + tables + logits + scratch + pairs);
}
