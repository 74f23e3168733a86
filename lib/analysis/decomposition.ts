// A map of the network (one matrix, or one a head) taken apart by SVD and held against chance.
import type { ArrowSchema, ColumnData, Columns, ColumnType } from '../files/arrow.ts';
import { gaussianControl } from '../numerics/gaussian-control.ts';
import { columnOf, frobeniusNorm, type Matrix } from '../numerics/matrix.ts';
import { computeSvd, type Svd } from '../numerics/svd.ts';

export interface Decomposition extends Svd {
  readonly matrix: Matrix;
  /** Singular values of a Gaussian matrix of the same size and Frobenius norm. */
  readonly control: Float64Array;
}

const CONTROL_SEED = 0;

/** Decomposes matrices of one size. They share one control, whose singular values scale with the norm. */
export function decompose(matrices: readonly Matrix[]): Decomposition[] {
  const control = gaussianControl(matrices[0]!, CONTROL_SEED);
  const unit = computeSvd(control).S.map((s) => s / frobeniusNorm(control));
  return matrices.map((matrix) => {
    const norm = frobeniusNorm(matrix);
    return { ...computeSvd(matrix), matrix, control: unit.map((s) => s * norm) };
  });
}

/**
 * A row per singular value, the largest first, with its left and right vector as tensors; where a map has several
 * matrices, one after the other, with their number in column `head`.
 */
export function decompositionTable(
  of: readonly Decomposition[],
  dims: { readonly left: string; readonly right: string; readonly perHead: boolean },
): { schema: ArrowSchema; columns: Columns } {
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
    ['left', { type: 'tensor', shape: [of[0]!.U.rows], dims: [dims.left] }, vectors('U')],
    ['right', { type: 'tensor', shape: [of[0]!.V.rows], dims: [dims.right] }, vectors('V')],
  ];
  if (dims.perHead) columns.unshift(['head', { type: 'int32' }, each((head) => head)]);
  return {
    schema: {
      columns: Object.fromEntries(columns.map(([name, type]) => [name, type])),
      metadata: { sign: 'the largest entry of each left vector is positive' },
    },
    columns: Object.fromEntries(columns.map(([name, , data]) => [name, data])),
  };
}
