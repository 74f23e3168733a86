// checkpoints.arrow: a row per checkpoint, with the epoch after whose step the weights were taken, the losses and
// accuracies of that epoch as history.arrow has them, and one tensor column per weight. One record batch a row, so that
// any checkpoint can be read without the others.
import { createArrow, type ArrowSchema, type ColumnType } from '../files/arrow.ts';
import { viewWeights, WEIGHT_DIMS, WEIGHT_NAMES, weightShapes, type ModelConfig } from '../model/config.ts';
import { HISTORY_FIELDS } from './history.ts';
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
