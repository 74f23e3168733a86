// The pairs of a task with their labels, and which of them are trained on.
import type { Pairs } from '../network/pairs.ts';
import { TorchGenerator } from '../numerics/torch-generator.ts';
import { OPERATIONS, type Operation } from './operations.ts';

/** How many pairs an operation has: p*p, or p * (p - 1) for division, which has none with b = 0. */
export const pairCount = (p: number, operation: Operation): number => p * (p - OPERATIONS[operation].b_from);

/** All pairs of an operation, a-major: row = a*p + b, or a * (p - 1) + b - 1 for division. */
export function gridRows(p: number, operation: Operation): Pairs {
  const { b_from, label } = OPERATIONS[operation];
  const row = Int32Array.from({ length: pairCount(p, operation) }, (_, i) => i);
  const a = row.map((i) => Math.floor(i / (p - b_from)));
  const b = row.map((i) => b_from + (i % (p - b_from)));
  return { a, b, label: row.map((i) => label(a[i]!, b[i]!, p)) };
}

/**
 * The rows of both sets in permutation order: as in TransformerLens' demo, `torch.manual_seed(seed)`, then the first
 * int(train_fraction * pairs) rows of `torch.randperm(pairs)` are trained on, the others held out.
 */
export function splitRows(
  p: number,
  train_fraction: number,
  seed: number,
  operation: Operation = 'add',
): { train: Int32Array; test: Int32Array } {
  const pairs = pairCount(p, operation);
  const order = new TorchGenerator(seed).permutation(pairs);
  const n_train = Math.trunc(train_fraction * pairs);
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
