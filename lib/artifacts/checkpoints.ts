// train/checkpoints.arrow: one row per checkpoint, with the epoch after whose step the weights were taken, the losses and
// accuracies of that epoch as in history.arrow, and one tensor column per weight, and per bias if the network has any. Each row
// is a record batch, so that any checkpoint can be read without the others.
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
import { createTensor, type Tensor } from '../files/tensor.ts';
import { BIAS_DIMS, BIAS_NAMES, biasShapes, type Biases, type Model } from '../network/biases.ts';
import {
  WEIGHT_DIMS,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type Weights,
} from '../network/config.ts';
import { findBadRecord, HISTORY_FIELDS, type HistoryRecord } from '../training/history.ts';

const NAME = 'checkpoints.arrow';

function checkpointSchema(config: ModelConfig, isBiased: boolean): ArrowSchema {
  const shapes = weightShapes(config);
  const scalars = HISTORY_FIELDS.map((name): [string, ColumnType] => [name, { type: 'float64' }]);
  const tensors = WEIGHT_NAMES.map((name): [string, ColumnType] => [
    name,
    { type: 'tensor', shape: shapes[name], dims: WEIGHT_DIMS[name] },
  ]);
  const ofBiases = biasShapes(config);
  const biases = BIAS_NAMES.map((name): [string, ColumnType] => [
    name,
    { type: 'tensor', shape: ofBiases[name], dims: BIAS_DIMS[name] },
  ]);
  return {
    columns: Object.fromEntries([...scalars, ...tensors, ...(isBiased ? biases : [])]),
    metadata: { config: JSON.stringify(config) },
  };
}

/**
 * Writes `<folder>/checkpoints.arrow`: a checkpoint for each record, with the weights that `read` returns (and biases, if
 * `isBiased`), one in memory at a time.
 */
export async function writeCheckpoints(
  folder: string,
  config: ModelConfig,
  records: readonly HistoryRecord[],
  read: (index: number) => Tensors | Promise<Tensors>,
  isBiased = false,
): Promise<void> {
  const schema = checkpointSchema(config, isBiased);
  const writer = await createArrow(join(folder, NAME), schema);
  const names = Object.keys(schema.columns).slice(HISTORY_FIELDS.length) as (keyof Tensors)[];
  for (const [index, record] of records.entries()) {
    const tensors = await read(index);
    await writer.append({
      ...Object.fromEntries(HISTORY_FIELDS.map((field) => [field, Float64Array.of(record[field])])),
      ...Object.fromEntries(names.map((name) => [name, tensors[name]!.data])),
    });
  }
  await writer.close();
}

/** The weights of a network, and its biases if it has any. */
type Tensors = Weights & Partial<Biases>;

export interface Checkpoints {
  /** The history's row of each checkpoint. */
  readonly records: readonly HistoryRecord[];
  /** Whether the checkpoints have biases. */
  readonly isBiased: boolean;
  /** The network of checkpoint number `index`; reads nothing else of the file. */
  read(index: number): Promise<Model>;
  close(): Promise<void>;
}

/** As openCheckpoints, but null if there are none, as for a model that came without any. */
export const findCheckpoints = async (folder: string, config: ModelConfig): Promise<Checkpoints | null> =>
  existsSync(join(folder, NAME)) ? openCheckpoints(folder, config) : null;

/** Opens the file. Throws Failure if it is missing, damaged, or of another network than `config`. */
export async function openCheckpoints(folder: string, config: ModelConfig): Promise<Checkpoints> {
  const path = join(folder, NAME);
  const file = await openArrow(path);
  try {
    const isBiased = BIAS_NAMES[0]! in file.schema.columns;
    const { columns, metadata } = checkpointSchema(config, isBiased);
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
    const read = (index: number): Promise<Model> => readCheckpoint(file, index, config, isBiased);
    return { records, isBiased, read, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readCheckpoint(
  file: ArrowFile,
  index: number,
  config: ModelConfig,
  isBiased: boolean,
): Promise<Model> {
  const columns = await file.readBatch(index);
  const take = <Name extends string>(shapes: Readonly<Record<Name, number[]>>) =>
    Object.fromEntries(
      Object.entries<number[]>(shapes).map(([name, shape]) => [
        name,
        createTensor(shape, columns[name] as Float32Array),
      ]),
    ) as Record<Name, Tensor>;
  return {
    config,
    weights: take(weightShapes(config)),
    biases: isBiased ? take(biasShapes(config)) : null,
  };
}

/** Checks checkpoints that were made elsewhere and returns how many there are. Throws Failure if anything is wrong with them. */
export async function checkCheckpoints(folder: string, { config, biases }: Model): Promise<number> {
  const path = join(folder, NAME);
  const { records, isBiased, read, close } = await openCheckpoints(folder, config);
  try {
    if (isBiased !== (biases !== null))
      throw badFile(
        path,
        isBiased
          ? 'has biases, and the model has none'
          : `lacks biases, which the model has (expected columns ${BIAS_NAMES.join(', ')})`,
      );
    const problem = findBadRecord(records);
    if (problem) throw badFile(path, problem);
    for (const [index, { epoch }] of records.entries()) {
      const { weights, biases } = await read(index);
      const bad = Object.entries({ ...weights, ...biases }).find(
        ([, { data }]) => !data.every(Number.isFinite),
      )?.[0];
      if (bad) throw badFile(path, `has ${bad} with values that are not finite at epoch ${epoch}`);
    }
    return records.length;
  } finally {
    await close();
  }
}
