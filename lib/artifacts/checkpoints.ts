// train/checkpoints.arrow: a row per checkpoint, with the epoch after whose step the weights were taken, the losses and
// accuracies of that epoch as history.arrow has them, and one tensor column per weight. One record batch a row, so that
// any checkpoint can be read without the others.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  createArrow,
  expectColumns,
  openArrow,
  type ArrowFile,
  type ArrowSchema,
  type ColumnType,
} from '../files/arrow.ts';
import { badFile } from '../files/failure.ts';
import { createTensor } from '../files/tensor.ts';
import {
  WEIGHT_DIMS,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type Weights,
} from '../network/config.ts';
import { findBadRecord, HISTORY_FIELDS, type HistoryRecord } from '../training/history.ts';

const NAME = 'checkpoints.arrow';

function checkpointSchema(config: ModelConfig): ArrowSchema {
  const shapes = weightShapes(config);
  const scalars = HISTORY_FIELDS.map((name): [string, ColumnType] => [name, { type: 'float64' }]);
  const tensors = WEIGHT_NAMES.map((name): [string, ColumnType] => [
    name,
    { type: 'tensor', shape: shapes[name], dims: WEIGHT_DIMS[name] },
  ]);
  return {
    columns: Object.fromEntries([...scalars, ...tensors]),
    metadata: { config: JSON.stringify(config) },
  };
}

/** Writes `<folder>/checkpoints.arrow`: a checkpoint for each record, whose weights `read` gives, one in memory at a time. */
export async function writeCheckpoints(
  folder: string,
  config: ModelConfig,
  records: readonly HistoryRecord[],
  read: (index: number) => Weights | Promise<Weights>,
): Promise<void> {
  const writer = await createArrow(join(folder, NAME), checkpointSchema(config));
  for (const [index, record] of records.entries()) {
    const weights = await read(index);
    await writer.append({
      ...Object.fromEntries(HISTORY_FIELDS.map((field) => [field, Float64Array.of(record[field])])),
      ...Object.fromEntries(WEIGHT_NAMES.map((name) => [name, weights[name].data])),
    });
  }
  await writer.close();
}

export interface Checkpoints {
  /** The row of the history of each. */
  readonly records: readonly HistoryRecord[];
  /** The weights of checkpoint number `index`, and nothing else of the file. */
  read(index: number): Promise<Weights>;
  close(): Promise<void>;
}

/** Null where there are none, as of a model that came without; else as openCheckpoints. */
export const findCheckpoints = async (folder: string, config: ModelConfig): Promise<Checkpoints | null> =>
  existsSync(join(folder, NAME)) ? openCheckpoints(folder, config) : null;

/** Opens the file. Throws Failure when it is missing, damaged, or of another network than `config`. */
export async function openCheckpoints(folder: string, config: ModelConfig): Promise<Checkpoints> {
  const path = join(folder, NAME);
  const file = await openArrow(path);
  try {
    const { columns, metadata } = checkpointSchema(config);
    expectColumns(file, columns);
    const stated = file.schema.metadata['config'];
    if (stated !== undefined && stated !== metadata['config'])
      throw badFile(path, `is of the config ${stated} (expected ${metadata['config']})`);
    if (file.rows !== file.batches)
      throw badFile(path, `has ${file.rows} rows in ${file.batches} batches (expected a batch for each)`);
    const scalars = await Promise.all(HISTORY_FIELDS.map((field) => file.readColumn(field)));
    const records = Array.from({ length: file.rows }, (_, row) => {
      const entries = HISTORY_FIELDS.map((field, i) => [field, scalars[i]![row]]);
      return Object.fromEntries(entries) as HistoryRecord;
    });
    return { records, read: (index) => readWeights(file, index, config), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readWeights(file: ArrowFile, index: number, config: ModelConfig): Promise<Weights> {
  const columns = await file.readBatch(index);
  const shapes = weightShapes(config);
  const tensors = WEIGHT_NAMES.map((name) => [
    name,
    createTensor(shapes[name], columns[name] as Float32Array),
  ]);
  return Object.fromEntries(tensors) as Weights;
}

/** Reads checkpoints that were made elsewhere and returns how many; throws Failure where they are not good. */
export async function checkCheckpoints(folder: string, config: ModelConfig): Promise<number> {
  const path = join(folder, NAME);
  const { records, read, close } = await openCheckpoints(folder, config);
  try {
    const problem = findBadRecord(records);
    if (problem) throw badFile(path, problem);
    for (const [index, { epoch }] of records.entries()) {
      const weights = await read(index);
      const bad = WEIGHT_NAMES.find((name) => !weights[name].data.every(Number.isFinite));
      if (bad) throw badFile(path, `has ${bad} with values that are not finite at epoch ${epoch}`);
    }
    return records.length;
  } finally {
    await close();
  }
}
