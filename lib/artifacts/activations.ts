// activations/: hooks of the network and its logits over all pairs. <hook>.arrow and logits.arrow have columns a and b and
// the tensor column `value`. How much of a forward pass they keep, and how to read them whichever that is: at every
// position or at `=` alone, in float32 or float16.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { openArrow, type ArrowFile, type ArrowSchema, type Columns } from '../files/arrow.ts';
import { Failure } from '../files/failure.ts';
import { sizeOf } from '../files/tensor.ts';
import { N_CTX, type ModelConfig } from '../network/config.ts';
import {
  activations,
  DTYPES,
  POSITIONS,
  type Activation,
  type ActivationName,
  type Selection,
} from '../network/hooks.ts';
import { count, number, record, word } from './fields.ts';
import type { Run } from './run.ts';

export const activationsSummary = record({
  p: count,
  pairs: count,
  hooks: count,
  dtype: word(...DTYPES),
  positions: word(...POSITIONS),
  loss: number,
  accuracy: number,
});

/** Shape and dimensions of one prompt's activation as it is kept; at `=` alone its position axis is gone, as in `[:, -1]`. */
export function keptActivation(
  config: ModelConfig,
  name: ActivationName,
  positions: Selection['positions'],
): Activation {
  const whole = activations(config)[name];
  const axis = positionAxis(whole);
  if (positions === 'all') return whole;
  return { shape: whole.shape.toSpliced(axis, 1), dims: whole.dims.toSpliced(axis, 1) };
}

export function activationSchema(
  config: ModelConfig,
  name: ActivationName,
  { dtype, positions }: Selection,
): ArrowSchema {
  const value = keptActivation(config, name, positions);
  return {
    columns: { a: { type: 'int32' }, b: { type: 'int32' }, value: { type: 'tensor', ...value, dtype } },
    metadata: { name, p: String(config.p), config: JSON.stringify(config), positions },
  };
}

/**
 * Which elements of one prompt's flat tensor stand at `=`, in order: the last of three positions, for attention the last
 * query, or all of them where nothing else was kept.
 */
export function elementsAtEquals(activation: Activation): number[] {
  const { shape } = activation;
  const axis = positionAxis(activation);
  const indices = Array.from({ length: sizeOf(shape) }, (_, i) => i);
  if (axis < 0) return indices;
  const stride = sizeOf(shape.slice(axis + 1));
  return indices.filter((i) => Math.floor(i / stride) % N_CTX === N_CTX - 1);
}

const positionAxis = ({ dims }: Activation): number =>
  dims.findIndex((name) => name === 'pos' || name === 'query_pos');

/** Opens <folder>/<name>.arrow. Throws Failure where that activation was left out, with the param that keeps it. */
export async function openActivation(folder: string, name: ActivationName): Promise<ArrowFile> {
  const path = join(folder, `${name}.arrow`);
  await access(path).catch(() => {
    throw new Failure(
      `${path} is missing: hooks of activations leaves it out`,
      `add ${name} to hooks among the params of activations in pipeline.yaml`,
    );
  });
  return openArrow(path);
}

/** For chosen ones of the elements at `=`, their values by a and b: one Float32Array [p*p] an element, NaN where no pair is. */
export async function readGrid(
  folder: string,
  name: ActivationName,
  { config: { p }, grid: { a } }: Pick<Run, 'config' | 'grid'>,
  choose: (atEquals: number[]) => number[],
): Promise<Float32Array[]> {
  const file = await openActivation(folder, name);
  try {
    const { value } = file.schema.columns;
    if (value?.type !== 'tensor' || file.rows !== a.length)
      throw new Failure(
        `${file.path}: ${file.rows} rows without a tensor column value for every pair`,
        'run `npm run pipeline -- activations --force`',
      );
    const elements = choose(elementsAtEquals(value));
    const width = sizeOf(value.shape);
    const grids = elements.map(() => new Float32Array(p * p).fill(NaN));
    for (let i = 0; i < file.batches; i++)
      takeElements(await file.readBatch(i), { p, width, elements, grids });
    return grids;
  } finally {
    await file.close();
  }
}

function takeElements(
  batch: Columns,
  { p, width, elements, grids }: { p: number; width: number; elements: number[]; grids: Float32Array[] },
): void {
  const { a, b, value } = batch as { a: Int32Array; b: Int32Array; value: Float32Array };
  for (let i = 0; i < a.length; i++) {
    const row = a[i]! * p + b[i]!;
    elements.forEach((element, e) => (grids[e]![row] = value[i * width + element]!));
  }
}
