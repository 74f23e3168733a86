// The floating-point operations of one training step, counted from the sizes of its products (a multiply-add is two).
// What else the kernel does (softmax, transposes, AdamW) is not counted.
import type { ModelConfig } from '../lib/network/config.ts';
import { PHASES, type Phase } from './phases.ts';

export interface Work {
  /** relu(z) W_logit, forward and both gradients. */
  readonly pairs: number;
  /** Weighted rows of the tables, their dot products, and their gradients. */
  readonly combinations: number;
  /** The tables from the weights, and back. */
  readonly tables: number;
}

/** GFLOP of a step on `rows` pairs, by phase. Phases without products are left out. */
export function countPhases(
  { p, d_model, n_heads, d_head, d_mlp }: ModelConfig,
  rows: number,
): Readonly<Partial<Record<Phase, number>>> {
  const gflop = (multiply_adds: number): number => (2 * multiply_adds) / 1e9;
  const heads = n_heads * d_head;
  const z = d_mlp + p;
  const inner = gflop(heads * d_model * z); // W_O [W_in | W_U]
  const table = gflop(2 * p * heads * z); // values times that, by head
  const logit = gflop(d_mlp * d_model * p); // W_out W_U
  const values = gflop((2 * p + 1) * d_model * heads); // x W_V
  const product = gflop(rows * d_mlp * p);
  const combination = gflop(rows * 2 * n_heads * z);
  return {
    'products of weights': inner + logit + values,
    tables: table,
    'weighted rows': combination,
    'forward product': product,
    'backward product': product,
    'backward dot products': combination,
    'gradient of W_logit': product,
    'sums over pairs': combination,
    'back: values, W_out': table + logit,
    'back: products of weights': table,
    'back: weights': 2 * inner + logit + 2 * values,
  };
}

const OF_PAIRS: readonly Phase[] = ['forward product', 'backward product', 'gradient of W_logit'];
const OF_COMBINATIONS: readonly Phase[] = ['weighted rows', 'backward dot products', 'sums over pairs'];

/** GFLOP of a step on `rows` pairs, by part. */
export function countWork(config: ModelConfig, rows: number): Work {
  const work = countPhases(config, rows);
  const sum = (phases: readonly Phase[]): number =>
    phases.reduce((total, phase) => total + (work[phase] ?? 0), 0);
  const [all, pairs, combinations] = [PHASES, OF_PAIRS, OF_COMBINATIONS].map(sum) as [number, number, number];
  return { pairs, combinations, tables: all - pairs - combinations };
}

export const totalOf = ({ pairs, combinations, tables }: Work): number => pairs + combinations + tables;

/** The rate of a step of `ms` milliseconds, and its share of the machine's peak if that is known. */
export function describeRate(ms: number, gflop: number, peak_gflops: number | null): string {
  const gflops = (1000 * gflop) / ms;
  const share =
    peak_gflops === null ? '' : `${((100 * gflops) / peak_gflops).toFixed(0).padStart(4)} % of peak`;
  return `${gflops.toFixed(0).padStart(5)} GFLOP/s${share}`;
}
