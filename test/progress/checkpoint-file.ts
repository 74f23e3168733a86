// Writes checkpoints.arrow as training does, from given weights.
import { createArrow, type ArrowSchema } from '../../lib/files/arrow.ts';
import {
  WEIGHT_DIMS,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
  type Weights,
} from '../../lib/network/config.ts';
import { HISTORY_FIELDS } from '../../lib/training/history.ts';

/** One checkpoint every 100 epochs; losses and accuracies, which nobody reads here, are zero. */
export async function writeCheckpointFile(
  path: string,
  config: ModelConfig,
  checkpoints: readonly Weights[],
): Promise<void> {
  const shapes = weightShapes(config);
  const columns: ArrowSchema['columns'] = Object.fromEntries([
    ...HISTORY_FIELDS.map((name) => [name, { type: 'float64' }]),
    ...WEIGHT_NAMES.map((name) => [name, { type: 'tensor', shape: shapes[name], dims: WEIGHT_DIMS[name] }]),
  ]);
  const writer = await createArrow(path, { columns, metadata: { config: JSON.stringify(config) } });
  for (const [i, weights] of checkpoints.entries())
    await writer.append({
      ...Object.fromEntries(
        HISTORY_FIELDS.map((name) => [name, Float64Array.of(name === 'epoch' ? 100 * i : 0)]),
      ),
      ...Object.fromEntries(WEIGHT_NAMES.map((name) => [name, weights[name].data])),
    });
  await writer.close();
}
