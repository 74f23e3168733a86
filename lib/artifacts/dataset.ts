// dataset/: every pair (a, b) of the operation, a-major, with its label and its set.
import { join } from 'node:path';
import { openArrow, writeArrow } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import type { Pairs } from '../network/pairs.ts';
import { OPERATION_NAMES, OPERATIONS, type Operation } from '../task/operations.ts';
import { pairCount, takeRows } from '../task/split.ts';
import { count, record, word } from './fields.ts';

export const datasetSummary = record({
  p: count,
  operation: word(...OPERATION_NAMES),
  pairs: count,
  train_pairs: count,
  test_pairs: count,
});

export interface Task {
  readonly p: number;
  readonly operation: Operation;
  readonly train_fraction: number;
  readonly seed: number;
}

/** What the dataset stage leaves. */
export interface Dataset {
  readonly task: Task;
  /** All pairs of the operation, a-major: p*p, or p * (p - 1) where b = 0 is left out. */
  readonly grid: Pairs;
  /** Pairs trained on and pairs held out, each in that order. */
  readonly train: Pairs;
  readonly test: Pairs;
}

const PAIRS = 'pairs.arrow';

/** Writes `<folder>/pairs.arrow`; `isTrain` has one entry per row of `grid`. */
export async function writePairs(
  folder: string,
  task: Task,
  grid: Pairs,
  isTrain: Uint8Array,
): Promise<void> {
  const columns = { a: 'int32', b: 'int32', label: 'int32', split: 'utf8' } as const;
  const schema = {
    columns: Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type }])),
    metadata: Object.fromEntries(Object.entries(task).map(([key, value]) => [key, String(value)])),
  };
  const split = Array.from(isTrain, (flag) => (flag ? 'train' : 'test'));
  await writeArrow(join(folder, PAIRS), schema, { ...grid, split });
}

/** Reads it back. Throws Failure when the file is not one that the dataset stage wrote. */
export async function readPairs(folder: string): Promise<Dataset> {
  const path = join(folder, PAIRS);
  const file = await openArrow(path);
  try {
    const task = parseTask(path, file.schema.metadata);
    const column = async (name: string): Promise<Int32Array> => {
      const values = await file.readColumn(name);
      if (!(values instanceof Int32Array) || values.length !== pairCount(task.p, task.operation))
        throw foreign(path, `column ${name}`);
      return values;
    };
    const grid = { a: await column('a'), b: await column('b'), label: await column('label') };
    const split = await file.readColumn('split');
    const pairsOf = (set: string): Pairs => {
      const chosen = Array.from(split as string[]).flatMap((name, row) => (name === set ? [row] : []));
      return takeRows(grid, Int32Array.from(chosen));
    };
    return { task, grid, train: pairsOf('train'), test: pairsOf('test') };
  } finally {
    await file.close();
  }
}

function parseTask(path: string, metadata: Record<string, string>): Task {
  const { p, operation, train_fraction, seed } = metadata;
  if (!p || !train_fraction || !seed || !operation || !Object.hasOwn(OPERATIONS, operation))
    throw foreign(path, 'metadata');
  return {
    p: Number(p),
    operation: operation as Operation,
    train_fraction: Number(train_fraction),
    seed: Number(seed),
  };
}

const foreign = (path: string, what: string): Failure =>
  new Failure(
    `${path}: ${what} is not what the dataset stage writes`,
    'run `npm run pipeline -- dataset --force`',
  );
