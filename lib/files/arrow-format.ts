// The one door to apache-arrow: columns -> bytes of an IPC file; footer and message headers -> where the columns lie.
// No files here. Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format; tensor columns are the
// canonical extension `arrow.fixed_shape_tensor` over a flat FixedSizeList, which pyarrow maps without a copy.
//
// Bytes from elsewhere are not trusted. apache-arrow's own reader follows whatever length it meets, and a damaged file can
// make that a loop of 2^31; so headers are read with its generated accessors, and every count is checked before use.
import * as arrow from 'apache-arrow';
import { Footer } from 'apache-arrow/fb/File_generated';
import { DictionaryBatch, Message, MessageHeader, RecordBatch } from 'apache-arrow/fb/Message_generated';
import { FixedSizeList, FloatingPoint, Int, Type, type Field } from 'apache-arrow/fb/Schema_generated';
import { ByteBuffer } from 'flatbuffers';
import type { ArrowSchema, ColumnData, Columns, ColumnType } from './arrow-schema.ts';
import { toFloat16 } from './float16.ts';
import { sizeOf } from './tensor.ts';

type Words = Map<string, number>;

/** Turns batches into the bytes of one file, piece by piece: any number of `encode`, then `end`. */
export class ArrowEncoder extends arrow.RecordBatchFileWriter {
  readonly #columns: [string, ColumnType][];
  readonly #fields: arrow.Schema;
  /** The words met so far in each utf8 column: its dictionary, written last, since a file may have it anywhere. */
  readonly #words: (Words | null)[];
  #pieces: Uint8Array[] = [];

  constructor(schema: ArrowSchema) {
    super();
    this.#columns = Object.entries(schema.columns);
    const fields = this.#columns.map(([name, column], id) => toField(name, column, id));
    this.#fields = new arrow.Schema(fields, new Map(Object.entries(schema.metadata)));
    this.#words = this.#columns.map(([, column]) =>
      column.type === 'utf8' ? new Map<string, number>() : null,
    );
    this.reset(undefined, this.#fields);
  }

  /** The bytes of a batch, in pieces that share the memory of `columns`. */
  encode(columns: Columns, rows: number): Uint8Array[] {
    const children = this.#columns.map(([name, column], i) =>
      toData(this.#fields.fields[i]!.type, column, columns[name]!, this.#words[i]),
    );
    const type = new arrow.Struct(this.#fields.fields);
    this.write(
      new arrow.RecordBatch(this.#fields, arrow.makeData({ type, length: rows, nullCount: 0, children })),
    );
    return this.#take();
  }

  /** The bytes that end the file: dictionaries and footer. */
  end(): Uint8Array[] {
    for (const [id, words] of this.#words.entries())
      if (words) this._writeDictionaryBatch(dictionaryOf(words), id);
    this.close();
    return this.#take();
  }

  #take(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (chunk.byteLength === 0) return this;
    this.#pieces.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this._position += chunk.byteLength;
    return this;
  }

  // The format wants the schema behind the magic word as well as in the footer; apache-arrow leaves it out there.
  protected override _writeSchema(schema: arrow.Schema): this {
    return super._writeSchema(schema)._writeMessage(arrow.Message.from(schema));
  }

  protected override _writeDictionaries(): this {
    return this;
  }
}

const SCALARS = { int32: new arrow.Int32(), float32: new arrow.Float32(), float64: new arrow.Float64() };
export const EXTENSION = 'ARROW:extension:name';
export const EXTENSION_DATA = 'ARROW:extension:metadata';
export const TENSOR = 'arrow.fixed_shape_tensor';

function toField(name: string, column: ColumnType, id: number): arrow.Field {
  if (column.type === 'utf8')
    return new arrow.Field(name, new arrow.Dictionary(new arrow.Utf8(), SCALARS.int32, id), false);
  if (column.type !== 'tensor') return new arrow.Field(name, SCALARS[column.type], false);
  const float = column.dtype === 'float16' ? new arrow.Float16() : SCALARS.float32;
  const list = new arrow.FixedSizeList(sizeOf(column.shape), new arrow.Field('item', float, false));
  const data = JSON.stringify({ shape: column.shape, dim_names: column.dims });
  return new arrow.Field(
    name,
    list,
    false,
    new Map([
      [EXTENSION, TENSOR],
      [EXTENSION_DATA, data],
    ]),
  );
}

// type: that of the column's field. Nothing is copied but words and float16.
function toData(
  type: arrow.DataType,
  column: ColumnType,
  values: ColumnData,
  words?: Words | null,
): arrow.Data {
  if (words) return toVector(type, toIndices(values as string[], words));
  if (column.type !== 'tensor') return toVector(type, values as Float32Array);
  const floats = values as Float32Array;
  const { valueType } = type as arrow.FixedSizeList;
  const child = toVector(valueType, column.dtype === 'float16' ? toFloat16(floats) : floats);
  return new arrow.Data(type, 0, values.length / sizeOf(column.shape), 0, undefined, [child]);
}

const toVector = (
  type: arrow.DataType,
  data: Int32Array | Float32Array | Float64Array | Uint16Array,
): arrow.Data => new arrow.Data(type, 0, data.length, 0, [undefined, data, undefined]);

function toIndices(values: readonly string[], words: Words): Int32Array {
  return Int32Array.from(values, (word) => {
    const known = words.get(word);
    if (known !== undefined) return known;
    words.set(word, words.size);
    return words.size - 1;
  });
}

function dictionaryOf(words: Words): arrow.Data {
  const texts = [...words.keys()].map((word) => Buffer.from(word));
  const valueOffsets = new Int32Array(texts.length + 1);
  for (const [i, text] of texts.entries()) valueOffsets[i + 1] = valueOffsets[i]! + text.length;
  const data = Buffer.concat(texts);
  return arrow.makeData({ type: new arrow.Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
}

/** The footer of a file as apache-arrow's accessors give it: nothing is checked, nothing is read before it is asked for. */
export const footerHeader = (bytes: Uint8Array): Footer => Footer.getRootAsFooter(new ByteBuffer(bytes));

/** The record batch of a message, and the number of the dictionary if it is a part of one; null for any other. */
export function batchHeader(bytes: Uint8Array): { batch: RecordBatch; dictionary: number | null } | null {
  const message = Message.getRootAsMessage(new ByteBuffer(bytes));
  if (message.headerType() === MessageHeader.RecordBatch) {
    const batch = message.header(new RecordBatch()) as RecordBatch | null;
    return batch && { batch, dictionary: null };
  }
  if (message.headerType() !== MessageHeader.DictionaryBatch) return null;
  const dictionary = message.header(new DictionaryBatch()) as DictionaryBatch | null;
  const batch = dictionary?.data();
  return dictionary && batch ? { batch, dictionary: Number(dictionary.id()) } : null;
}

/** What a field holds, dictionaries and extensions aside; for a list its fixed length. */
export function storageOf(field: Field): { name: string; length?: number } {
  const kind = field.typeType();
  const name = Type[kind] ?? 'an unknown type';
  if (kind === Type.Int) {
    const int = field.type(new Int()) as Int;
    return { name: `${int.isSigned() ? '' : 'u'}int${int.bitWidth()}` };
  }
  if (kind === Type.FloatingPoint)
    return { name: `float${16 << (field.type(new FloatingPoint()) as FloatingPoint).precision()}` };
  if (kind === Type.FixedSizeList)
    return { name, length: (field.type(new FixedSizeList()) as FixedSizeList).listSize() };
  return { name };
}
