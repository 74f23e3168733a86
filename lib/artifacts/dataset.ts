// dataset/: every pair (a, b) of the operation, a-major, with its label and its set (`unknown` if the split is not known).
import { join } from 'node:path';
import { openArrow, writeArrow } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import type { Pairs } from '../network/pairs.ts';
import { OPERATION_NAMES, OPERATIONS, type Operation } from '../task/operations.ts';
import { pairCount, takeRows } from '../task/split.ts';
import { count, orNull, record, word } from './fields.ts';

export const datasetSummary = record({
  p: count,
  operation: word(...OPERATION_NAMES),
  pairs: count,
  train_pairs: orNull(count),
  test_pairs: orNull(count),
});

export interface Task {
  readonly p: number;
  readonly operation: Operation;
  readonly train_fraction: number;
  /** Seed of the split; null if the split is not known. */
  readonly seed: number | null;
}

/** What the dataset stage writes. */
export interface Dataset {
  readonly task: Task;
  /** All pairs of the operation, a-major: p*p, or p * (p - 1) for division, which has none with b = 0. */
  readonly grid: Pairs;
  /** Training pairs and held-out pairs, each a-major; empty if the split is not known. */
  readonly train: Pairs;
  readonly test: Pairs;
  /** Why the split is not known, as a sentence without its full stop; null if it is known. */
  readonly why_no_split: string | null;
}

const NO_SEED = 'dataset.seed is null, so which pairs it was trained on is not known';

/** The same pairs, with a split that is not known. */
export function withoutSplit(dataset: Dataset, why_no_split: string): Dataset {
  const none = takeRows(dataset.grid, new Int32Array());
  return { ...dataset, train: none, test: none, why_no_split };
}

const PAIRS = 'pairs.arrow';

/** Writes `<folder>/pairs.arrow`; `isTrain` has one entry per row of `grid`, or is null if the split is not known. */
export async function writePairs(
  folder: string,
  task: Task,
  grid: Pairs,
  isTrain: Uint8Array | null,
): Promise<void> {
  const columns = { a: 'int32', b: 'int32', label: 'int32', split: 'utf8' } as const;
  const schema = {
    columns: Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type }])),
    metadata: Object.fromEntries(Object.entries(task).map(([key, value]) => [key, String(value)])),
  };
  const split = Array.from(grid.a, (_, row) =>
    isTrain === null ? 'unknown' : isTrain[row] ? 'train' : 'test',
  );
  await writeArrow(join(folder, PAIRS), schema, { ...grid, split });
}

/** Reads `<folder>/pairs.arrow`. Throws Failure if the dataset stage did not write it. */
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
    const why_no_split = task.seed === null ? NO_SEED : null;
    return { task, grid, train: pairsOf('train'), test: pairsOf('test'), why_no_split };
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
    seed: seed === 'null' ? null : Number(seed),
  };
}

const foreign = (path: string, what: string): Failure =>
  new Failure(
    `${path}: ${what} is not what the dataset stage writes`,
    'run `npm run pipeline -- dataset --force`',
  );
