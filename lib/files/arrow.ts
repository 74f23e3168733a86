// Arrow files (IPC file format, uncompressed) with tensor columns, written batch by batch and read by seeking.
// pyarrow can map a tensor column without a copy. A damaged or foreign file is refused by name, never believed.
import { open, type FileHandle } from 'node:fs/promises';
import { ArrowEncoder } from './arrow/encoder.ts';
import type { Block } from './arrow/format.ts';
import { type Batch, decodeBatch, decodeDictionary, decodeFooter, type Footer } from './arrow/headers.ts';
import { countRows, describeType, type ArrowSchema, type ColumnData, type Columns } from './arrow/schema.ts';
import { readValues } from './arrow/values.ts';
import { badFile, Malformed, onFile } from './failure.ts';
import { readRegion, writePieces } from './regions.ts';
import { openRegular } from './regular-file.ts';

export { describeType } from './arrow/schema.ts';
export type { ArrowSchema, ColumnData, Columns, ColumnType } from './arrow/schema.ts';

export interface ArrowWriter {
  /** Writes one record batch. Once the promise resolves, its bytes are written and the arrays may be used again. */
  append(columns: Columns): Promise<void>;
  /** Writes dictionaries and footer. Without them the file cannot be read. */
  close(): Promise<void>;
}

/**
 * Starts a file that is written in any number of batches. Memory use does not grow with their number. Await each call
 * before the next. A file with one tensor column repeats its `shape` and `dims` in the metadata, for readers that do not
 * know extension types.
 */
export async function createArrow(path: string, schema: ArrowSchema): Promise<ArrowWriter> {
  const encoder = new ArrowEncoder({ ...schema, metadata: { ...schema.metadata, ...shapeMetadata(schema) } });
  const handle = await onFile(path, () => open(path, 'w'));
  const write = (encode: () => Uint8Array[]): Promise<void> =>
    onFile(path, async () => {
      try {
        await writePieces(handle, encode());
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  return {
    append: (columns) => write(() => encoder.encode(columns, countRows(schema, columns))),
    close: () => write(() => encoder.end()).then(() => handle.close()),
  };
}

/** Writes a file with a single batch. */
export async function writeArrow(path: string, schema: ArrowSchema, columns: Columns): Promise<void> {
  const writer = await createArrow(path, schema);
  await writer.append(columns);
  await writer.close();
}

function shapeMetadata(schema: ArrowSchema): Record<string, string> {
  const [tensor, ...more] = Object.values(schema.columns).filter((column) => column.type === 'tensor');
  if (!tensor || more.length > 0) return {};
  return { shape: JSON.stringify(tensor.shape), dims: JSON.stringify(tensor.dims) };
}

export interface ArrowFile {
  readonly path: string;
  readonly schema: ArrowSchema;
  readonly rows: number;
  readonly batches: number;
  /** Reads the rows of one record batch, and nothing else of the file. */
  readBatch(index: number): Promise<Columns>;
  /** Reads one column of all rows, and nothing else of the file. */
  readColumn(name: string): Promise<ColumnData>;
  close(): Promise<void>;
}

/** Opens a file and checks its structure. Throws Failure if it is missing, truncated or not an Arrow file. */
export async function openArrow(path: string): Promise<ArrowFile> {
  const handle = await onFile(path, () => openRegular(path));
  try {
    return await onFile(path, () => openHandle(path, handle));
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a whole file. Throws Failure as `openArrow` and `expectColumns` do. */
export async function readArrow(
  path: string,
  expected: ArrowSchema['columns'] = {},
): Promise<{ schema: ArrowSchema; rows: number; columns: Columns }> {
  const file = await openArrow(path);
  try {
    expectColumns(file, expected);
    const columns: Columns = {};
    for (const name of Object.keys(file.schema.columns)) columns[name] = await file.readColumn(name);
    return { schema: file.schema, rows: file.rows, columns };
  } finally {
    await file.close();
  }
}

/** Throws Failure unless `file` has these columns with these types and shapes; others may be there too. */
export function expectColumns(file: ArrowFile, expected: ArrowSchema['columns']): void {
  for (const [name, type] of Object.entries(expected)) {
    const found = file.schema.columns[name];
    if (!found || describeType(found) !== describeType(type))
      throw badFile(
        file.path,
        `has ${found ? describeType(found) : 'nothing'} as column ${name} (expected ${describeType(type)})`,
      );
  }
}

const MAGIC = 'ARROW1';
const START = 8; // magic and two bytes of padding
const END_MARK = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]); // after the last message
const TAIL = 4 + MAGIC.length; // length of the footer, magic
const MAX_HEADER_BYTES = 1 << 24; // a batch takes 24 bytes of the footer; the headers written here have some kilobytes

async function openHandle(path: string, handle: FileHandle): Promise<ArrowFile> {
  const { columns, schema, batches: blocks, dictionaries } = await readFooter(handle);
  const words = await readDictionaries(handle, dictionaries);
  const batches = await Promise.all(
    blocks.map(async (block) => {
      const header = await readHeader(handle, block);
      return decoding(() => decodeBatch(header, block, columns));
    }),
  );
  const read = (index: number, from: readonly Batch[]): Promise<ColumnData> => {
    const column = columns[index]!;
    const parts = from.map((batch) => batch.values[index]!);
    return readValues(handle, column, parts, column.dictionary === null ? [] : words.get(column.dictionary));
  };
  return {
    path,
    schema,
    rows: batches.reduce((rows, batch) => rows + batch.rows, 0),
    batches: batches.length,
    readBatch: (index) =>
      onFile(path, async () => {
        const batch = batches[index];
        if (!batch) throw new RangeError(`batch ${index} of ${batches.length}`);
        const data = await Promise.all(columns.map((_, i) => read(i, [batch])));
        return Object.fromEntries(columns.map(({ name }, i) => [name, data[i]!]));
      }),
    readColumn: (name) =>
      onFile(path, () => {
        const index = columns.findIndex((column) => column.name === name);
        if (index < 0)
          throw new Malformed(
            `has no column ${name} (it has ${columns.map((c) => c.name).join(', ') || 'none'})`,
          );
        return read(index, batches);
      }),
    close: () => handle.close(),
  };
}

async function readFooter(handle: FileHandle): Promise<Footer> {
  const { size } = await handle.stat();
  if (size < START + TAIL) throw new Malformed(`is not an Arrow file (${size} bytes)`);
  const head = await readRegion(handle, { offset: 0, length: MAGIC.length });
  if (Buffer.from(head).toString('latin1') !== MAGIC) throw new Malformed('is not an Arrow file');
  const tail = Buffer.from(await readRegion(handle, { offset: size - TAIL, length: TAIL }));
  const length = tail.readInt32LE(0);
  const offset = size - TAIL - length;
  if (tail.toString('latin1', 4) !== MAGIC || length <= 0 || offset < START)
    throw new Malformed('is truncated: an Arrow file ends with its footer, this one does not');
  if (length > MAX_HEADER_BYTES) throw new Malformed(`has a footer of ${length} bytes, which no table needs`);
  const bytes = await readRegion(handle, { offset, length });
  // The file may begin with a mark, a length and the schema: then the batches follow these. Polars leaves the mark out;
  // then the batches may start anywhere.
  const first = await readRegion(handle, { offset: START, length: 8 });
  const starts = first.readInt32LE() === -1 ? [START, START + 8 + first.readInt32LE(4)] : [];
  const footer = decoding(() => decodeFooter(bytes, starts, offset));
  const mark = await readRegion(handle, { offset: Math.max(START, footer.messagesEnd), length: 8 });
  if (starts.length > 0 && !mark.equals(END_MARK))
    throw new Malformed('has messages that its footer does not list');
  return footer;
}

async function readHeader(handle: FileHandle, { offset, headerLength }: Block): Promise<Uint8Array> {
  if (headerLength > MAX_HEADER_BYTES)
    throw new Malformed(`has a header of ${headerLength} bytes at byte ${offset}, which no batch needs`);
  return readRegion(handle, { offset, length: headerLength });
}

/** The words of each dictionary, by its number. Parts of a dictionary are joined in the order of the file. */
async function readDictionaries(
  handle: FileHandle,
  blocks: readonly Block[],
): Promise<Map<number, string[]>> {
  const dictionaries = new Map<number, string[]>();
  for (const block of blocks) {
    const header = await readHeader(handle, block);
    const { id, words, offsets, text } = decoding(() => decodeDictionary(header, block));
    const ends = new Int32Array((await readRegion(handle, offsets)).buffer);
    const bytes = Buffer.from(await readRegion(handle, text));
    const known = dictionaries.get(id) ?? [];
    for (let i = 0; i < words; i++) {
      const [start, end] = [ends[i]!, ends[i + 1]!];
      if (start < 0 || end < start || end > bytes.length)
        throw new Malformed('has a word outside of its dictionary');
      known.push(bytes.toString('utf8', start, end));
    }
    dictionaries.set(id, known);
  }
  return dictionaries;
}

/** Runs `decode`. Accessors that follow the lengths in a damaged header can throw any error: it becomes Malformed. */
function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw error instanceof Malformed ? error : new Malformed('has a damaged header');
  }
}
