// checkpoints.arrow: a row per checkpoint, with the epoch after whose step the weights were taken, the losses and
// accuracies of that epoch as history.arrow has them, and one tensor column per weight. One record batch a row, so that
// any checkpoint can be read without the others.
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
  viewWeights,
  WEIGHT_DIMS,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type Weights,
} from '../network/config.ts';
import { findBadRecord, HISTORY_FIELDS, type HistoryRecord } from './history.ts';
import type { Journal } from './journal.ts';

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

/** Copies the journal's checkpoints into an Arrow file, one in memory at a time. */
export async function writeCheckpoints(path: string, config: ModelConfig, journal: Journal): Promise<void> {
  const byEpoch = new Map(journal.history.map((record) => [record.epoch, record]));
  const writer = await createArrow(path, checkpointSchema(config));
  for (const [index, epoch] of journal.checkpointEpochs.entries()) {
    const record = byEpoch.get(epoch)!;
    const weights = viewWeights(config, await journal.readCheckpoint(index));
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

/** Opens checkpoints.arrow. Throws Failure when it is missing, damaged, or of another network than `config`. */
export async function openCheckpoints(path: string, config: ModelConfig): Promise<Checkpoints> {
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
export async function checkCheckpoints(path: string, config: ModelConfig): Promise<number> {
  const { records, read, close } = await openCheckpoints(path, config);
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
