// The checkpoints of a training run, read one at a time.
import { access } from 'node:fs/promises';
import { expectColumns, openArrow, type ArrowFile } from '../files/arrow.ts';
import { createTensor } from '../files/tensor.ts';
import { WEIGHT_DIMS, WEIGHT_NAMES, weightShapes, type ModelConfig, type Weights } from '../model/config.ts';

export interface Checkpoints {
  /** The epoch after whose step each was taken. */
  readonly epochs: readonly number[];
  read(index: number): Promise<Weights>;
  close(): Promise<void>;
}

/** Opens train/checkpoints.arrow. Throws ExpectedError when it is damaged or of another network than `config`. */
export async function openCheckpoints(path: string, config: ModelConfig): Promise<Checkpoints> {
  const file = await openArrow(path);
  const shapes = weightShapes(config);
  try {
    expectColumns(file, {
      epoch: { type: 'float64' },
      ...Object.fromEntries(
        WEIGHT_NAMES.map((name) => [name, { type: 'tensor', shape: shapes[name], dims: WEIGHT_DIMS[name] }]),
      ),
    });
    const epochs = Array.from((await file.readColumn('epoch')) as Float64Array);
    return { epochs, read: (index) => readWeights(file, index, shapes), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** One record batch is one checkpoint. */
async function readWeights(
  file: ArrowFile,
  index: number,
  shapes: Readonly<Record<string, number[]>>,
): Promise<Weights> {
  const columns = await file.readBatch(index);
  const tensors = WEIGHT_NAMES.map((name) => [
    name,
    createTensor(shapes[name]!, columns[name] as Float32Array),
  ]);
  return Object.fromEntries(tensors) as Weights;
}

export const hasCheckpoints = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
