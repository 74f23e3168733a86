// Decodes the footer and the message headers of an Arrow file and checks them: types, counts, and that every buffer lies
// inside its batch and is as long as its rows need. Works on the bytes of headers and touches no file.
// Throws Malformed, whose message ends the sentence "FILE ..."; lib/files/arrow.ts names the file.
import {
  batchHeader,
  type Block,
  EXTENSION,
  EXTENSION_DATA,
  footerHeader,
  storageOf,
  TENSOR,
} from './format.ts';
import {
  type ArrowSchema,
  bytesPerRow,
  type ColumnType,
  valuesPerRow,
  WHOLE_TYPES,
  type WholeType,
} from './schema.ts';
import { Malformed } from '../failure.ts';
import type { Region } from '../regions.ts';
import { sizeOf } from '../tensor.ts';

type FooterHeader = ReturnType<typeof footerHeader>;
type SchemaHeader = NonNullable<ReturnType<FooterHeader['schema']>>;
type FieldHeader = NonNullable<ReturnType<SchemaHeader['fields']>>;
type BlockHeader = NonNullable<ReturnType<FooterHeader['recordBatches']>>;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** The type of its values in the file, if it differs: whole numbers other than int32 are read as float64. */
  readonly stored?: WholeType;
  /** Number of the dictionary of a utf8 column. */
  readonly dictionary: number | null;
}

export interface Footer {
  readonly columns: readonly Column[];
  readonly schema: ArrowSchema;
  readonly batches: readonly Block[];
  readonly dictionaries: readonly Block[];
  readonly messagesEnd: number;
}

/** Reads the footer of a file whose batches start at one of `starts`, if any are given, and end before `end`. */
export function decodeFooter(bytes: Uint8Array, starts: readonly number[], end: number): Footer {
  const header = footerHeader(bytes);
  const schema = header.schema();
  if (!schema || schema.endianness() !== 0) throw new Malformed('has no little-endian schema');
  const columns = list(bytes, schema.fieldsLength(), (i) => decodeColumn(bytes, schema.fields(i)!));
  if (new Set(columns.map(({ name }) => name)).size < columns.length)
    throw new Malformed('has two columns of the same name');
  const batches = list(bytes, header.recordBatchesLength(), (i) => toBlock(header.recordBatches(i)!));
  const dictionaries = list(bytes, header.dictionariesLength(), (i) => toBlock(header.dictionaries(i)!));
  const messagesEnd = checkBlocks([...batches, ...dictionaries], starts, end);
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const metadata = decodeMetadata(bytes, schema);
  return { columns, schema: { columns: types, metadata }, batches, dictionaries, messagesEnd };
}

const toBlock = (block: BlockHeader): Block => ({
  offset: Number(block.offset()),
  headerLength: block.metaDataLength(),
  bodyLength: Number(block.bodyLength()),
});

// A vector of `length` elements. Each takes at least a byte, so a larger length is false.
function list<T>(bytes: Uint8Array, length: number, get: (i: number) => T): T[] {
  if (length < 0 || length > bytes.length)
    throw new Malformed(`claims to have a list of ${length} elements in ${bytes.length} bytes`);
  return Array.from({ length }, (_, i) => get(i));
}

/**
 * Checks that messages follow each other without a gap: a footer that omits one would silently lose rows. `starts`: where
 * the first may be, empty if that is unknown. Returns where the last one ends.
 */
function checkBlocks(blocks: readonly Block[], starts: readonly number[], end: number): number {
  const inOrder = blocks.toSorted((a, b) => a.offset - b.offset);
  let position = inOrder[0]?.offset ?? Math.max(...starts);
  if (starts.length > 0 && !starts.includes(position))
    throw new Malformed('has its first batch at an impossible place');
  for (const { offset, headerLength, bodyLength } of inOrder) {
    if (offset !== position || headerLength < 8 || bodyLength < 0)
      throw new Malformed('has batches that overlap or leave a gap');
    position += headerLength + bodyLength;
  }
  if (position > end) throw new Malformed('is shorter than its footer says');
  return position;
}

interface WithMetadata {
  customMetadata(i: number): { key(): string | null; value(): string | null } | null;
  customMetadataLength(): number;
}

const decodeMetadata = (bytes: Uint8Array, of: WithMetadata): Record<string, string> =>
  Object.fromEntries(
    list(bytes, of.customMetadataLength(), (i) => of.customMetadata(i)!).map((entry) => [
      entry.key() ?? '',
      entry.value() ?? '',
    ]),
  );

function decodeColumn(bytes: Uint8Array, field: FieldHeader): Column {
  const name = field.name() ?? '';
  const { name: storage, length } = storageOf(field);
  const dictionary = field.dictionary();
  if (dictionary && storage === 'Utf8') {
    const index = dictionary.indexType();
    if (index && (index.bitWidth() !== 32 || !index.isSigned()))
      throw new Malformed(`has a column ${name} with ${index.bitWidth()}-bit indices (expected int32)`);
    return { name, type: { type: 'utf8' }, dictionary: Number(dictionary.id()) };
  }
  if (!dictionary && (storage === 'int32' || storage === 'float32' || storage === 'float64'))
    return { name, type: { type: storage }, dictionary: null };
  if (!dictionary && Object.hasOwn(WHOLE_TYPES, storage))
    return { name, type: { type: 'float64' }, stored: storage as WholeType, dictionary: null };
  if (!dictionary && length !== undefined) {
    const tensor = decodeTensor(length, field.children(0), decodeMetadata(bytes, field));
    if (tensor) return { name, type: tensor, dictionary: null };
  }
  throw new Malformed(`has a column ${name} of ${storage} (expected ${EXPECTED})`);
}

const EXPECTED = 'whole numbers, float32, float64, a dictionary of utf8 or a tensor of float32 or float16';

/** A fixed-size list of floats, with or without the extension that gives it a shape; null for any other. */
function decodeTensor(
  length: number,
  item: FieldHeader | null,
  metadata: Record<string, string>,
): ColumnType | null {
  const dtype = item && storageOf(item).name;
  if (length < 1 || (dtype !== 'float32' && dtype !== 'float16')) return null;
  const {
    shape = [length],
    dim_names,
    permutation,
  } = metadata[EXTENSION] === TENSOR
    ? (JSON.parse(metadata[EXTENSION_DATA] ?? '') as Record<string, unknown>)
    : {};
  if (!Array.isArray(shape) || !shape.every(Number.isInteger) || sizeOf(shape as number[]) !== length)
    return null;
  if (Array.isArray(permutation) && permutation.some((axis, i) => axis !== i)) return null;
  const dims = Array.isArray(dim_names) ? dim_names.map(String) : shape.map((_, i) => `dim_${i}`);
  return { type: 'tensor', shape: shape as number[], dims, ...(dtype === 'float16' && { dtype }) };
}

/** Where the values of a column are in a batch. */
export interface Values {
  /** Its place in the file; if compressed, `length` is the compressed length. */
  readonly region: Region;
  /** Bytes of all rows, uncompressed. */
  readonly length: number;
  readonly compressed: boolean;
  /** A bitmap with a bit for each row, 0 for a null; null if no row is one. */
  readonly validity: Region | null;
  readonly rows: number;
}

export interface Batch {
  readonly rows: number;
  /** One for each column, in their order. */
  readonly values: readonly Values[];
}

// Writers align buffers to 8 or 64 bytes.
const MAX_ALIGNMENT = 64;

/** Reads the header of a record batch: how many rows it has and where the values of its columns are. */
export function decodeBatch(bytes: Uint8Array, block: Block, columns: readonly Column[]): Batch {
  const { dictionary, rows, nodes, regions, compressed } = decodeMessage(bytes, block);
  if (dictionary !== null) throw new Malformed('has a dictionary where a batch should be');
  let [node, at] = [0, 0];
  const values = columns.map(({ name, type, stored }): Values => {
    const depth = type.type === 'tensor' ? 2 : 1;
    const own = nodes.slice(node, (node += depth));
    const validity = regions[at];
    const [region] = regions.slice(at + depth, (at += depth + 1));
    if (own[0]?.length !== rows || own[depth - 1]?.length !== rows * valuesPerRow(type))
      throw new Malformed(`has a column ${name} whose number of rows differs from that of its batch`);
    const hasNulls = own.some(({ nulls }) => nulls !== 0);
    if (hasNulls && !(type.type === 'float64' || type.type === 'float32'))
      throw new Malformed(`has nulls in column ${name} (expected a value in every row)`);
    const length = rows * (stored ? WHOLE_TYPES[stored].BYTES_PER_ELEMENT : bytesPerRow(type));
    const fits = region && region.length >= length && region.length < length + MAX_ALIGNMENT;
    if (!region || !(compressed || fits))
      throw new Malformed(`has ${region?.length} bytes in column ${name} (expected ${length}, aligned)`);
    return { region, length, compressed, validity: hasNulls ? validity! : null, rows };
  });
  if (node !== nodes.length || at !== regions.length)
    throw new Malformed('has a batch whose columns are not those of its schema');
  return { rows, values };
}

/** Reads the header of a dictionary of words: where their offsets (int32) and their bytes are. */
export function decodeDictionary(
  bytes: Uint8Array,
  block: Block,
): { id: number; words: number; offsets: Region; text: Region } {
  const { dictionary, rows: words, nodes, regions, compressed } = decodeMessage(bytes, block);
  if (compressed) throw new Malformed('has compressed words (expected uncompressed ones)');
  const [, offsets, text] = regions;
  if (
    dictionary === null ||
    nodes.length !== 1 ||
    nodes[0]?.length !== words ||
    nodes[0].nulls !== 0 ||
    regions.length !== 3 ||
    !offsets ||
    !text
  )
    throw new Malformed('has a dictionary that is not one of words');
  const length = words === 0 ? 0 : 4 * (words + 1);
  if (offsets.length < length) throw new Malformed('has a dictionary with too few offsets');
  return { id: dictionary, words, offsets: { ...offsets, length }, text };
}

const LZ4_FRAME = 0; // CompressionType of Message.fbs; ZSTD is 1

interface Header {
  dictionary: number | null;
  rows: number;
  /** Of the columns and their children. */
  nodes: { length: number; nulls: number }[];
  /** The buffers, by their offsets in the file. */
  regions: Region[];
  /** Whether each buffer is its length followed by an LZ4 frame. */
  compressed: boolean;
}

function decodeMessage(bytes: Uint8Array, block: Block): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = view.getInt32(0, true) === -1 ? batchHeader(bytes.subarray(8)) : null;
  if (!header) throw new Malformed(`has no batch at byte ${block.offset}`);
  const { batch, dictionary } = header;
  const codec = batch.compression()?.codec();
  if (codec !== undefined && codec !== LZ4_FRAME)
    throw new Malformed('is compressed with zstd (expected LZ4 or no compression)');
  const rows = Number(batch.length());
  if (rows < 0) throw new Malformed(`has a batch of ${rows} rows`);
  const nodes = list(bytes, batch.nodesLength(), (i) => batch.nodes(i)!).map((node) => ({
    length: Number(node.length()),
    nulls: Number(node.nullCount()),
  }));
  const body = block.offset + block.headerLength;
  let end = 0;
  const regions = list(bytes, batch.buffersLength(), (i) => batch.buffers(i)!).map((buffer) => {
    const [offset, length] = [Number(buffer.offset()), Number(buffer.length())];
    if (offset < end || length < 0 || offset + length > block.bodyLength)
      throw new Malformed(`has buffers that overlap or leave the batch at byte ${block.offset}`);
    end = offset + length;
    return { offset: body + offset, length };
  });
  return { dictionary, rows, nodes, regions, compressed: codec !== undefined };
}
