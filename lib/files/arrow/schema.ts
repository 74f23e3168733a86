// What the Arrow files of this project hold: columns of numbers, words and tensors, and a map of strings as metadata.
// Writing, reading and checking all follow the types here.
import { sizeOf } from '../tensor.ts';

export type ColumnType =
  | { type: 'int32' }
  | { type: 'float64' }
  | { type: 'float32' }
  /** Words, stored with a dictionary: a few different ones that repeat. */
  | { type: 'utf8' }
  /** One tensor per row. `dims` names its dimensions. float16 halves the file; values in memory are float32. */
  | { type: 'tensor'; shape: number[]; dims: string[]; dtype?: 'float32' | 'float16' };

export interface ArrowSchema {
  columns: Record<string, ColumnType>;
  metadata: Record<string, string>;
}

/** Array classes for the types of whole numbers that only other programs write. */
export const WHOLE_TYPES = {
  int8: Int8Array,
  int16: Int16Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
} as const;
export type WholeType = keyof typeof WHOLE_TYPES;

/** A tensor column is flat, rows * prod(shape) values in row-major order. */
export type ColumnData = Int32Array | Float64Array | Float32Array | string[];
export type Columns = Record<string, ColumnData>;

/** How many elements of a ColumnData make up a row. */
export const valuesPerRow = (column: ColumnType): number =>
  column.type === 'tensor' ? sizeOf(column.shape) : 1;

/** Bytes a row takes in the file; a word is an int32 index into its dictionary. */
export function bytesPerRow(column: ColumnType): number {
  if (column.type === 'tensor') return sizeOf(column.shape) * (column.dtype === 'float16' ? 2 : 4);
  return column.type === 'float64' ? 8 : 4;
}

/** A type in words, for messages: `float32 [3, 128]`. */
export function describeType(column: ColumnType): string {
  if (column.type !== 'tensor') return column.type;
  return `${column.dtype ?? 'float32'} [${column.shape.join(', ')}]`;
}

/** The number of rows of `columns`. Throws if they do not fit the schema, which is a bug of the caller. */
export function countRows(schema: ArrowSchema, columns: Columns): number {
  const names = Object.keys(schema.columns);
  const given = Object.keys(columns);
  if (given.length !== names.length || names.some((name) => !(name in columns)))
    throw new Error(`columns ${given.join(', ')} (the schema has ${names.join(', ')})`);
  const counts = names.map((name) => countColumn(name, schema.columns[name]!, columns[name]!));
  if (counts.some((rows) => rows !== counts[0]))
    throw new Error(`columns differ in length: ${names.map((name, i) => `${name} ${counts[i]}`).join(', ')}`);
  return counts[0] ?? 0;
}

const ARRAYS = {
  int32: Int32Array,
  float64: Float64Array,
  float32: Float32Array,
  utf8: Array,
  tensor: Float32Array,
};

function countColumn(name: string, column: ColumnType, data: ColumnData): number {
  if (!(data instanceof ARRAYS[column.type]))
    throw new Error(`column ${name}: ${data.constructor.name} for ${describeType(column)}`);
  const rows = data.length / valuesPerRow(column);
  if (!Number.isInteger(rows))
    throw new Error(`column ${name}: ${data.length} values are not whole rows of ${describeType(column)}`);
  return rows;
}
