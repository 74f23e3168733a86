// Every pair of the grid with its label, and which of them are trained on.
import type { Pairs } from '../network/pairs.ts';
import { TorchGenerator } from '../numerics/torch-generator.ts';
import { OPERATIONS, type Operation } from './operations.ts';

/** All p*p pairs in grid order, row = a*p + b. */
export function gridRows(p: number, operation: Operation): Pairs {
  const row = Int32Array.from({ length: p * p }, (_, i) => i);
  const a = row.map((i) => Math.floor(i / p));
  const b = row.map((i) => i % p);
  const label = row.map((i) => OPERATIONS[operation].label(a[i]!, b[i]!, p));
  return { a, b, label };
}

/**
 * The grid rows of both sets in permutation order: as in TransformerLens' demo, `torch.manual_seed(seed)`, then the
 * first int(train_fraction * p^2) rows of `torch.randperm(p^2)` are trained on, the others held out.
 */
export function splitRows(
  p: number,
  train_fraction: number,
  seed: number,
): { train: Int32Array; test: Int32Array } {
  const order = new TorchGenerator(seed).permutation(p * p);
  const n_train = Math.trunc(train_fraction * p * p);
  return { train: order.slice(0, n_train), test: order.slice(n_train) };
}

/** The chosen rows, in the given order. */
export function takeRows(rows: Pairs, chosen: Int32Array): Pairs {
  return {
    a: chosen.map((i) => rows.a[i]!),
    b: chosen.map((i) => rows.b[i]!),
    label: chosen.map((i) => rows.label[i]!),
  };
}
