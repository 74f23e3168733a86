// The only file that imports apache-arrow: builds and reads the headers of an IPC file, which are FlatBuffers. It touches
// no file and no values. Format: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format; tensor columns are
// the canonical extension `arrow.fixed_shape_tensor` over a flat FixedSizeList, which pyarrow maps without a copy.
//
// Only fb/ is used, the part of the package that is generated from the definition of the format. apache-arrow's writer
// omits the schema at the start of the file and closes a dictionary with the first batch; its reader trusts every length,
// and a damaged file can make it loop 2^31 times. So encoder.ts puts the messages together, and headers.ts checks every
// count before use.
import { Block as BlockStruct, Footer } from 'apache-arrow/fb/File_generated';
import {
  Buffer as BufferStruct,
  DictionaryBatch,
  FieldNode,
  KeyValue,
  Message,
  MessageHeader,
  MetadataVersion,
  RecordBatch,
} from 'apache-arrow/fb/Message_generated';
import {
  DictionaryEncoding,
  Endianness,
  Field,
  FixedSizeList,
  FloatingPoint,
  Int,
  Precision,
  Schema,
  Type,
  Utf8,
} from 'apache-arrow/fb/Schema_generated';
import { Builder, ByteBuffer, type Offset } from 'flatbuffers';
import type { Region } from '../regions.ts';
import { sizeOf } from '../tensor.ts';
import type { ArrowSchema, ColumnType } from './schema.ts';

export const EXTENSION = 'ARROW:extension:name';
export const EXTENSION_DATA = 'ARROW:extension:metadata';
export const TENSOR = 'arrow.fixed_shape_tensor';

/** Where a message is in the file, in bytes: its header at `offset`, its body right after it. */
export interface Block {
  readonly offset: number;
  readonly headerLength: number;
  readonly bodyLength: number;
}

/** What the header of a batch says about its body. */
export interface Layout {
  readonly rows: number;
  /** Lengths of the columns and of their children; none has nulls. */
  readonly nodes: readonly number[];
  /** The buffers of all of them, from the start of the body. */
  readonly buffers: readonly Region[];
  readonly bodyLength: number;
}

/** The message that lists the columns. The dictionary of a column of words has the number of the column. */
export const schemaMessage = (schema: ArrowSchema): Uint8Array =>
  buildMessage(MessageHeader.Schema, 0, (b) => addSchema(b, schema));

export const batchMessage = (layout: Layout): Uint8Array =>
  buildMessage(MessageHeader.RecordBatch, layout.bodyLength, (b) => addBatch(b, layout));

/** The message with the words of dictionary number `id`. */
export const dictionaryMessage = (id: number, layout: Layout): Uint8Array =>
  buildMessage(MessageHeader.DictionaryBatch, layout.bodyLength, (b) => {
    const data = addBatch(b, layout);
    DictionaryBatch.startDictionaryBatch(b);
    DictionaryBatch.addId(b, BigInt(id));
    DictionaryBatch.addData(b, data);
    return DictionaryBatch.endDictionaryBatch(b);
  });

export function buildFooter(
  schema: ArrowSchema,
  batches: readonly Block[],
  dictionaries: readonly Block[],
): Uint8Array {
  const b = new Builder();
  const schemaOffset = addSchema(b, schema);
  const addBlocks = (blocks: readonly Block[]): Offset => {
    for (const { offset, headerLength, bodyLength } of blocks.toReversed())
      BlockStruct.createBlock(b, BigInt(offset), headerLength, BigInt(bodyLength));
    return b.endVector();
  };
  Footer.startRecordBatchesVector(b, batches.length);
  const batchesOffset = addBlocks(batches);
  Footer.startDictionariesVector(b, dictionaries.length);
  const dictionariesOffset = addBlocks(dictionaries);
  Footer.startFooter(b);
  Footer.addSchema(b, schemaOffset);
  Footer.addVersion(b, MetadataVersion.V5);
  Footer.addRecordBatches(b, batchesOffset);
  Footer.addDictionaries(b, dictionariesOffset);
  Footer.finishFooterBuffer(b, Footer.endFooter(b));
  return b.asUint8Array();
}

function buildMessage(
  kind: MessageHeader,
  bodyLength: number,
  addHeader: (b: Builder) => Offset,
): Uint8Array {
  const b = new Builder();
  const header = addHeader(b);
  Message.startMessage(b);
  Message.addVersion(b, MetadataVersion.V5);
  Message.addHeader(b, header);
  Message.addHeaderType(b, kind);
  Message.addBodyLength(b, BigInt(bodyLength));
  Message.finishMessageBuffer(b, Message.endMessage(b));
  return b.asUint8Array();
}

function addSchema(b: Builder, { columns, metadata }: ArrowSchema): Offset {
  const fields = Object.entries(columns).map(([name, column], i) => addColumn(b, name, column, i));
  const fieldsOffset = Schema.createFieldsVector(b, fields);
  const pairs = Object.entries(metadata);
  const metadataOffset = pairs.length > 0 && Schema.createCustomMetadataVector(b, addPairs(b, pairs));
  Schema.startSchema(b);
  Schema.addFields(b, fieldsOffset);
  Schema.addEndianness(b, Endianness.Little);
  if (metadataOffset !== false) Schema.addCustomMetadata(b, metadataOffset);
  return Schema.endSchema(b);
}

function addColumn(b: Builder, name: string, column: ColumnType, id: number): Offset {
  switch (column.type) {
    case 'int32':
      return addField(b, name, Type.Int, addInt32(b));
    case 'float32':
      return addField(b, name, Type.FloatingPoint, addFloat(b, Precision.SINGLE));
    case 'float64':
      return addField(b, name, Type.FloatingPoint, addFloat(b, Precision.DOUBLE));
    case 'utf8': {
      const dictionary = addDictionary(b, id);
      Utf8.startUtf8(b);
      return addField(b, name, Type.Utf8, Utf8.endUtf8(b), { dictionary });
    }
    case 'tensor': {
      FixedSizeList.startFixedSizeList(b);
      FixedSizeList.addListSize(b, sizeOf(column.shape));
      const list = FixedSizeList.endFixedSizeList(b);
      const float = addFloat(b, column.dtype === 'float16' ? Precision.HALF : Precision.SINGLE);
      const item = addField(b, 'item', Type.FloatingPoint, float);
      const shape = JSON.stringify({ shape: column.shape, dim_names: column.dims });
      return addField(b, name, Type.FixedSizeList, list, {
        children: [item],
        metadata: [
          [EXTENSION, TENSOR],
          [EXTENSION_DATA, shape],
        ],
      });
    }
  }
}

/** A column without nulls. */
function addField(
  b: Builder,
  name: string,
  kind: Type,
  type: Offset,
  more: { dictionary?: Offset; children?: Offset[]; metadata?: [string, string][] } = {},
): Offset {
  const children = Field.createChildrenVector(b, more.children ?? []);
  const metadata = more.metadata && Field.createCustomMetadataVector(b, addPairs(b, more.metadata));
  const nameOffset = b.createString(name);
  Field.startField(b);
  Field.addType(b, type);
  Field.addTypeType(b, kind);
  Field.addChildren(b, children);
  Field.addName(b, nameOffset);
  if (more.dictionary !== undefined) Field.addDictionary(b, more.dictionary);
  if (metadata !== undefined) Field.addCustomMetadata(b, metadata);
  return Field.endField(b);
}

function addInt32(b: Builder): Offset {
  Int.startInt(b);
  Int.addBitWidth(b, 32);
  Int.addIsSigned(b, true);
  return Int.endInt(b);
}

function addFloat(b: Builder, precision: Precision): Offset {
  FloatingPoint.startFloatingPoint(b);
  FloatingPoint.addPrecision(b, precision);
  return FloatingPoint.endFloatingPoint(b);
}

function addDictionary(b: Builder, id: number): Offset {
  const index = addInt32(b);
  DictionaryEncoding.startDictionaryEncoding(b);
  DictionaryEncoding.addId(b, BigInt(id));
  DictionaryEncoding.addIndexType(b, index);
  return DictionaryEncoding.endDictionaryEncoding(b);
}

const addPairs = (b: Builder, pairs: readonly [string, string][]): Offset[] =>
  pairs.map(([key, value]) => {
    const [keyOffset, valueOffset] = [b.createString(key), b.createString(value)];
    KeyValue.startKeyValue(b);
    KeyValue.addKey(b, keyOffset);
    KeyValue.addValue(b, valueOffset);
    return KeyValue.endKeyValue(b);
  });

// FlatBuffers are built from their end, so vectors of structs are filled from the last to the first.
function addBatch(b: Builder, { rows, nodes, buffers }: Layout): Offset {
  RecordBatch.startNodesVector(b, nodes.length);
  for (const length of nodes.toReversed()) FieldNode.createFieldNode(b, BigInt(length), 0n);
  const nodesOffset = b.endVector();
  RecordBatch.startBuffersVector(b, buffers.length);
  for (const { offset, length } of buffers.toReversed())
    BufferStruct.createBuffer(b, BigInt(offset), BigInt(length));
  const buffersOffset = b.endVector();
  RecordBatch.startRecordBatch(b);
  RecordBatch.addLength(b, BigInt(rows));
  RecordBatch.addNodes(b, nodesOffset);
  RecordBatch.addBuffers(b, buffersOffset);
  return RecordBatch.endRecordBatch(b);
}

/** The footer of a file, behind apache-arrow's accessors: they check nothing, and read only what is asked for. */
export const footerHeader = (bytes: Uint8Array): Footer => Footer.getRootAsFooter(new ByteBuffer(bytes));

/** The record batch of a message, and its number if it is a dictionary; null for any other message. */
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

/** What a field holds, apart from dictionaries and extensions. `length`: the fixed length of a list. */
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
