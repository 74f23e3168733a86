// activations/: hooks of the network and its logits over all pairs. <hook>.arrow and logits.arrow have columns a and b and
// the tensor column `value`: at every position or only at `=`, in float32 or float16. The functions here read all four forms.
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

/** Shape and dimensions of one prompt's activation as stored; if only `=` is kept, it has no position axis, as in `[:, -1]`. */
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
 * Indices of the elements of one prompt's flat tensor that are at `=`, ascending: those of the last position, for attention of
 * the last query, or all of them if only `=` was kept.
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

/** Opens <folder>/<name>.arrow. If that activation was not kept, throws Failure with the param that keeps it. */
export async function openActivation(folder: string, name: ActivationName): Promise<ArrowFile> {
  const path = join(folder, `${name}.arrow`);
  await access(path).catch(() => {
    throw new Failure(
      `${path} is missing: it is not among the hooks of activations`,
      `add ${name} to hooks among the params of activations in pipeline.yaml`,
    );
  });
  return openArrow(path);
}

/** Values of chosen elements at `=`, by a and b: one Float32Array [p*p] per element, NaN where there is no such pair. */
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
        `${file.path} has ${file.rows} rows (expected ${a.length}, with a tensor column value)`,
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
