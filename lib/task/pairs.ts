// dataset/pairs.arrow: every pair (a, b) in grid order with its label and its set.
import { openArrow, writeArrow } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { takeRows, type Rows } from './split.ts';

export interface Task {
  readonly p: number;
  readonly operation: Operation;
  readonly train_fraction: number;
  readonly seed: number;
}

export interface Pairs {
  readonly task: Task;
  /** The whole grid, a-major. */
  readonly grid: Rows;
  /** Rows trained on and rows held out, each in grid order. */
  readonly train: Rows;
  readonly test: Rows;
}

export const SETS = ['train', 'test'] as const;

/** Writes pairs.arrow; `isTrain` has one entry per grid row. */
export async function writePairs(path: string, task: Task, grid: Rows, isTrain: Uint8Array): Promise<void> {
  const columns = { a: 'int32', b: 'int32', label: 'int32', split: 'utf8' } as const;
  const schema = {
    columns: Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, { type }])),
    metadata: Object.fromEntries(Object.entries(task).map(([key, value]) => [key, String(value)])),
  };
  const split = Array.from(isTrain, (flag) => (flag ? 'train' : 'test'));
  await writeArrow(path, schema, { ...grid, split });
}

/** Reads pairs.arrow back. Throws Failure when the file is not one that the dataset stage wrote. */
export async function readPairs(path: string): Promise<Pairs> {
  const file = await openArrow(path);
  try {
    const task = parseTask(path, file.schema.metadata);
    const column = async (name: string): Promise<Int32Array> => {
      const values = await file.readColumn(name);
      if (!(values instanceof Int32Array) || values.length !== task.p ** 2)
        throw foreign(path, `column ${name}`);
      return values;
    };
    const grid = { a: await column('a'), b: await column('b'), label: await column('label') };
    const split = await file.readColumn('split');
    const rowsOf = (set: string): Rows => {
      const chosen = Array.from(split as string[]).flatMap((name, row) => (name === set ? [row] : []));
      return takeRows(grid, Int32Array.from(chosen));
    };
    return { task, grid, train: rowsOf('train'), test: rowsOf('test') };
  } finally {
    await file.close();
  }
}

function parseTask(path: string, metadata: Record<string, string>): Task {
  const { p, operation, train_fraction, seed } = metadata;
  if (!p || !train_fraction || !seed || !operation || !(operation in OPERATIONS))
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
