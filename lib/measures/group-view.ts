// A network and its pairs renumbered to the group of the task (see lib/task/cyclic-group.ts), so that every measure can treat
// the task as addition modulo n: row i of W_E and column i of W_U belong to index i. Numbers outside the group come after
// them, `=` is last. For addition nothing is copied. A task without a group keeps its numbers, and only measures that need no
// group are computed.
import { createTensor, type Tensor } from '../files/tensor.ts';
import type { Weights } from '../network/config.ts';
import type { Pairs } from '../network/pairs.ts';
import { numbersModulo, type GroupWords } from '../task/cyclic-group.ts';
import { OPERATIONS, type Operation } from '../task/operations.ts';
import type { Grid } from './line-sums.ts';

/** Rows of a grid of logits, and for each the column of its answer. */
export interface Rows {
  readonly row: Int32Array;
  readonly label: Int32Array;
}

/** Training pairs, held-out pairs, and pairs whose set is not known: all of them if the split is not known, else none. */
export interface Sets {
  readonly train: Rows;
  readonly test: Rows;
  readonly unknown: Rows;
}

/** The sets of pairs for which a loss is given. */
export const SET_NAMES = ['all', 'train', 'test'] as const;
export type SetName = (typeof SET_NAMES)[number];

export interface GroupView {
  /** Order of the group; p if there is none. */
  readonly n: number;
  /** Why the task has no group, and therefore no measure that needs one; null if it has one. */
  readonly why: string | null;
  /** How formulas are written in the numbers of the task. */
  readonly words: GroupWords;
  /** The number at each index, followed by the numbers outside the group. */
  readonly numbers: Int32Array;
  /** The network with rows of W_E and columns of W_U in the order of `numbers`. */
  renumber(weights: Weights): Weights;
  /** The pairs to run the renumbered network on: those in the group, a-major by index, then the other pairs of the task. */
  readonly pairs: Pairs;
  /** The pairs in the group: row i * n + j has the indices i and j, and its answer is column i + j mod n. */
  readonly inside: Sets;
  /** The pairs with a number outside the group: rows from n * n on. */
  readonly outside: Sets;
  /** The sets that are known: only `all` if the split is not known. */
  readonly sets: readonly SetName[];
}

/** The part of the dataset stage's output that is needed here. */
interface TaskPairs {
  readonly task: { readonly p: number; readonly operation: Operation };
  readonly grid: Pairs;
  readonly train: Pairs;
  readonly test: Pairs;
  readonly why_no_split: string | null;
}

export function viewGroup(dataset: TaskPairs): GroupView {
  const {
    task: { p, operation },
    grid,
    train,
    test,
    why_no_split,
  } = dataset;
  const group = OPERATIONS[operation].group(p);
  const itself = Int32Array.from({ length: p }, (_, number) => number);
  const { n, ofA, ofB } = group.n === null ? { n: p, ofA: itself, ofB: itself } : group;
  const numbers = orderBy(ofA, n);
  // The row of a number in the renumbered W_E, which is also its column in W_U; and the row for index j of b.
  const place = invert(numbers);
  const placeOfB = orderBy(ofB, n).map((number) => place[number]!);
  const isOutside = (i: number, { a, b }: Pairs): boolean => ofA[a[i]!]! < 0 || ofB[b[i]!]! < 0;
  const others = [...grid.a.keys()].filter((i) => isOutside(i, grid));
  // Entry a * p + b is the row of that pair of numbers in `pairs`.
  const rowAt = new Int32Array(p * p);
  grid.a.forEach((a, i) => (rowAt[a * p + grid.b[i]!] = ofA[a]! * n + ofB[grid.b[i]!]!));
  others.forEach((i, at) => (rowAt[grid.a[i]! * p + grid.b[i]!] = n * n + at));
  const rowsOf = (pairs: Pairs, outside: boolean): Rows => {
    const chosen = Int32Array.from([...pairs.a.keys()].filter((i) => isOutside(i, pairs) === outside));
    return {
      row: chosen.map((i) => rowAt[pairs.a[i]! * p + pairs.b[i]!]!),
      label: chosen.map((i) => place[pairs.label[i]!]!),
    };
  };
  const unknown = why_no_split === null ? { a: NONE, b: NONE, label: NONE } : grid;
  const setsOf = (outside: boolean): Sets => ({
    train: rowsOf(train, outside),
    test: rowsOf(test, outside),
    unknown: rowsOf(unknown, outside),
  });
  const row = Int32Array.from({ length: n * n + others.length }, (_, i) => i);
  const other = (i: number): number => others[i - n * n]!;
  const inGroup = (i: number): boolean => i < n * n;
  const isIdentity = numbers.every((number, i) => number === i);
  return {
    n,
    why: group.n === null ? group.why : null,
    words: group.n === null ? numbersModulo(p, 1).words : group.words,
    numbers,
    renumber: (weights) =>
      isIdentity
        ? weights
        : {
            ...weights,
            W_E: takeRows(weights.W_E, numbers),
            W_U: takeColumns(weights.W_U, numbers),
          },
    pairs: {
      a: row.map((i) => (inGroup(i) ? Math.floor(i / n) : place[grid.a[other(i)]!]!)),
      b: row.map((i) => (inGroup(i) ? placeOfB[i % n]! : place[grid.b[other(i)]!]!)),
      label: row.map((i) => {
        if (!inGroup(i)) return place[grid.label[other(i)]!]!;
        return group.n === null ? grid.label[i]! : (Math.floor(i / n) + (i % n)) % n;
      }),
    },
    inside: setsOf(false),
    outside: setsOf(true),
    sets: why_no_split === null ? SET_NAMES : ['all'],
  };
}

const NONE = new Int32Array();

/** Some rows of a view as pairs, the form that engines take. */
export const pairsAt = ({ pairs: { a, b } }: GroupView, { row, label }: Rows): Pairs => ({
  a: row.map((i) => a[i]!),
  b: row.map((i) => b[i]!),
  label,
});

/** Reorders values of all pairs of numbers, entry a * p + b, into the grid of the group: [n*n, 1]. */
export function gridByIndex({ n, numbers, pairs: { a, b } }: GroupView, values: Float32Array): Grid {
  const p = numbers.length;
  const data = Float32Array.from(
    { length: n * n },
    (_, row) => values[numbers[a[row]!]! * p + numbers[b[row]!]!]!,
  );
  return { rows: n * n, columns: 1, data };
}

/** The numbers in the order of their indices 0 .. n - 1, then those that have no index. */
function orderBy(index: Int32Array, n: number): Int32Array {
  const order = new Int32Array(index.length);
  let next = n;
  index.forEach((i, number) => (order[i < 0 ? next++ : i] = number));
  return order;
}

function invert(order: Int32Array): Int32Array {
  const inverse = new Int32Array(order.length);
  order.forEach((number, place) => (inverse[number] = place));
  return inverse;
}

/** Rows in a new order; the last one, that of `=`, keeps its place. */
function takeRows({ shape, data }: Tensor, order: Int32Array): Tensor {
  const width = shape[1]!;
  const taken = data.slice();
  order.forEach((from, to) => taken.set(data.subarray(from * width, (from + 1) * width), to * width));
  return createTensor(shape, taken);
}

function takeColumns({ shape, data }: Tensor, order: Int32Array): Tensor {
  const width = shape[1]!;
  return createTensor(
    shape,
    data.map((_, i) => data[i - (i % width) + order[i % width]!]!),
  );
}
