// The floating-point operations of one training step, counted from the sizes of its products (a multiply-add is two). What the
// kernel does beside them (softmax, transposes, AdamW) is not counted.
import type { ModelConfig } from '../lib/network/config.ts';

export interface Work {
  /** relu(z) W_logit, forward and both gradients. */
  readonly pairs: number;
  /** Weighted rows of the tables, their dot products, and their gradients. */
  readonly combinations: number;
  /** The tables from the weights, and back. */
  readonly tables: number;
}

/** GFLOP of a step on `rows` pairs, by part. */
export function countWork({ p, d_model, n_heads, d_head, d_mlp }: ModelConfig, rows: number): Work {
  const heads = n_heads * d_head;
  const z = d_mlp + p;
  const inner = heads * d_model * z; // W_O [W_in | W_U]
  const table = 2 * p * heads * z; // values times that, by head
  const logit = d_mlp * d_model * p; // W_out W_U
  const values = (2 * p + 1) * d_model * heads; // x W_V
  const gflop = (multiply_adds: number): number => (2 * multiply_adds) / 1e9;
  return {
    pairs: gflop(3 * rows * d_mlp * p),
    combinations: gflop(3 * rows * 2 * n_heads * z),
    tables: gflop(3 * (inner + table + logit + values)),
  };
}

export const totalOf = ({ pairs, combinations, tables }: Work): number => pairs + combinations + tables;

/** What a step of `ms` milliseconds reaches, and its share of the machine's peak where that is known. */
export function describeRate(ms: number, gflop: number, peak_gflops: number | null): string {
  const gflops = (1000 * gflop) / ms;
  const share =
    peak_gflops === null ? '' : `${((100 * gflops) / peak_gflops).toFixed(0).padStart(4)} % of peak`;
  return `${gflops.toFixed(0).padStart(5)} GFLOP/s${share}`;
}
