// Turns batches of columns into the bytes of an Arrow file, piece by piece. Touches no file.
import { toFloat16 } from '../float16.ts';
import type { Region } from '../regions.ts';
import { sizeOf } from '../tensor.ts';
import {
  batchMessage,
  buildFooter,
  dictionaryMessage,
  schemaMessage,
  type Block,
  type Layout,
} from './format.ts';
import type { ArrowSchema, ColumnData, Columns, ColumnType } from './schema.ts';

type Words = Map<string, number>;

/** Call `encode` any number of times, then `end`. */
export class ArrowEncoder {
  readonly #schema: ArrowSchema;
  readonly #columns: readonly [string, ColumnType][];
  /** The words met so far in each utf8 column: its dictionary. It is written last, as it may be anywhere in the file. */
  readonly #words: readonly (Words | null)[];
  readonly #batches: Block[] = [];
  #position = 0;
  #pieces: Uint8Array[] = [];

  constructor(schema: ArrowSchema) {
    this.#schema = schema;
    this.#columns = Object.entries(schema.columns);
    this.#words = this.#columns.map(([, { type }]) => (type === 'utf8' ? new Map<string, number>() : null));
    this.#write(MAGIC, PADDING.subarray(MAGIC.length));
    this.#writeMessage(schemaMessage(schema), []);
  }

  /** The bytes of a batch, in pieces that share the memory of `columns`. */
  encode(columns: Columns, rows: number): Uint8Array[] {
    const parts = this.#columns.map(([name, type], i) => {
      const values = toBytes(type, columns[name]!, this.#words[i]);
      const lengths = type.type === 'tensor' ? [rows, rows * sizeOf(type.shape)] : [rows];
      return { lengths, buffers: [...lengths.map(() => NO_NULLS), values] };
    });
    const buffers = parts.flatMap((part) => part.buffers);
    const nodes = parts.flatMap(({ lengths }) => lengths);
    this.#batches.push(this.#writeMessage(batchMessage(layOut(rows, nodes, buffers)), buffers));
    return this.#take();
  }

  /** The bytes that end the file: dictionaries and footer. */
  end(): Uint8Array[] {
    const dictionaries = this.#words.flatMap((words, id) => {
      if (!words) return [];
      const texts = [...words.keys()].map((word) => Buffer.from(word));
      const ends = new Int32Array(texts.length + 1);
      for (const [i, text] of texts.entries()) ends[i + 1] = ends[i]! + text.length;
      const buffers = [NO_NULLS, bytesOf(ends), Buffer.concat(texts)];
      const message = dictionaryMessage(id, layOut(texts.length, [texts.length], buffers));
      return [this.#writeMessage(message, buffers)];
    });
    const footer = buildFooter(this.#schema, this.#batches, dictionaries);
    this.#write(bytesOf(Int32Array.of(CONTINUES, 0)), footer, bytesOf(Int32Array.of(footer.length)), MAGIC);
    return this.#take();
  }

  /** Writes a header and the buffers of its body, each padded. Returns where they are. */
  #writeMessage(message: Uint8Array, buffers: readonly Uint8Array[]): Block {
    const offset = this.#position;
    const length = padded(message.length);
    this.#write(bytesOf(Int32Array.of(CONTINUES, length)), message, paddingOf(message));
    const start = this.#position;
    for (const buffer of buffers) this.#write(buffer, paddingOf(buffer));
    return { offset, headerLength: start - offset, bodyLength: this.#position - start };
  }

  #write(...pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      if (piece.length > 0) this.#pieces.push(piece);
      this.#position += piece.length;
    }
  }

  #take(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}

const MAGIC = Buffer.from('ARROW1');
/** Precedes the length of each message. With the length 0 it ends the messages. */
const CONTINUES = -1;
/** In place of a bitmap of nulls. */
const NO_NULLS = new Uint8Array();
const ALIGNMENT = 8;
const PADDING = new Uint8Array(ALIGNMENT);

const padded = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

const paddingOf = ({ length }: Uint8Array): Uint8Array => PADDING.subarray(0, padded(length) - length);

/** Places the buffers one after the other, each with its padding. */
function layOut(rows: number, nodes: readonly number[], of: readonly Uint8Array[]): Layout {
  let bodyLength = 0;
  const buffers = of.map((buffer): Region => {
    const region = { offset: bodyLength, length: padded(buffer.length) };
    bodyLength += region.length;
    return region;
  });
  return { rows, nodes, buffers, bodyLength };
}

/** Copies only words and float16; other values are shared. */
function toBytes(column: ColumnType, values: ColumnData, words?: Words | null): Uint8Array {
  if (words) return bytesOf(toIndices(values as string[], words));
  const isHalf = column.type === 'tensor' && column.dtype === 'float16';
  return bytesOf(isHalf ? toFloat16(values as Float32Array) : (values as Float32Array));
}

function toIndices(values: readonly string[], words: Words): Int32Array {
  return Int32Array.from(values, (word) => {
    const known = words.get(word);
    if (known !== undefined) return known;
    words.set(word, words.size);
    return words.size - 1;
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
