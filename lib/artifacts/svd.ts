// svd/: singular values and vectors of the embedding and of the two composite maps.
import { join } from 'node:path';
import type { Decomposition } from '../measures/decomposition.ts';
import { writeArrow, type ColumnData, type ColumnType } from '../files/arrow.ts';
import { columnOf, type Matrix } from '../numerics/matrix.ts';
import { count, list, number, record } from './fields.ts';
import { withFormerNames } from './former-names.ts';

export const svdSummary = record(
  withFormerNames({
    p: count,
    n_heads: count,
    singular_values_W_E: list(number),
    /** By head. */
    singular_values_W_neur: list(list(number)),
    singular_values_W_logit: list(number),
    effective_rank: record(
      withFormerNames({
        W_E: number,
        W_E_control: number,
        W_neur: list(number),
        W_logit: number,
        W_logit_control: number,
      }),
    ),
  }),
);

/** Dimensions of the left and of the right singular vectors. */
const DIMS = {
  W_E: ['token', 'd_model'],
  W_neur: ['token', 'd_mlp'],
  W_logit: ['d_mlp', 'd_vocab_out'],
} as const;

/**
 * Writes `<map>_svd.arrow`: a row per singular value, the largest first, with its left and right vector as tensors. W_neur has
 * a matrix per head; their rows follow one another, with the number of the head in column `head`.
 */
export async function writeDecomposition(
  folder: string,
  map: keyof typeof DIMS,
  of: readonly Decomposition[],
): Promise<void> {
  const [left, right] = DIMS[map];
  const r = of[0]!.S.length;
  const each = (value: (head: number, index: number) => number): Int32Array =>
    Int32Array.from({ length: of.length * r }, (_, i) => value(Math.floor(i / r), i % r));
  const vectors = (side: 'U' | 'V'): Float32Array => {
    const flat = new Float32Array(of.length * r * of[0]![side].rows);
    of.forEach((one, head) => {
      for (let i = 0; i < r; i++) flat.set(columnOf(one[side], i), (head * r + i) * one[side].rows);
    });
    return flat;
  };
  const columns: [string, ColumnType, ColumnData][] = [
    ['index', { type: 'int32' }, each((_, index) => index)],
    ['singular_value', { type: 'float64' }, Float64Array.from(of.flatMap(({ S }) => [...S]))],
    ['left', { type: 'tensor', shape: [of[0]!.U.rows], dims: [left] }, vectors('U')],
    ['right', { type: 'tensor', shape: [of[0]!.V.rows], dims: [right] }, vectors('V')],
  ];
  if (map === 'W_neur') columns.unshift(['head', { type: 'int32' }, each((head) => head)]);
  const schema = {
    columns: Object.fromEntries(columns.map(([name, type]) => [name, type])),
    metadata: { sign: 'the largest entry of each left vector is positive' },
  };
  const values = Object.fromEntries(columns.map(([name, , data]) => [name, data]));
  await writeArrow(join(folder, `${map}_svd.arrow`), schema, values);
}

/** Writes W_neur.arrow with a row [p, d_mlp] per head, and W_logit.arrow with a row [p] per neuron. */
export async function writeMaps(folder: string, W_neur: readonly Matrix[], W_logit: Matrix): Promise<void> {
  const { rows: p, columns: d_mlp } = W_neur[0]!;
  await writeRows(join(folder, 'W_neur.arrow'), 'head', W_neur, {
    shape: [p, d_mlp],
    dims: ['token', 'd_mlp'],
  });
  await writeRows(join(folder, 'W_logit.arrow'), 'neuron', [W_logit], { shape: [p], dims: ['d_vocab_out'] });
}

/** Writes matrices one after the other, cut into rows of one tensor each; `index` is the name of the column with row numbers. */
async function writeRows(
  path: string,
  index: string,
  matrices: readonly Matrix[],
  { shape, dims }: { shape: number[]; dims: string[] },
): Promise<void> {
  const value = Float32Array.from(matrices.flatMap(({ data }) => Array.from(data)));
  const n = value.length / shape.reduce((size, length) => size * length, 1);
  const columns = { [index]: Int32Array.from({ length: n }, (_, i) => i), value };
  const schema = {
    columns: { [index]: { type: 'int32' }, value: { type: 'tensor', shape, dims } },
    metadata: {},
  } as const;
  await writeArrow(path, schema, columns);
}
