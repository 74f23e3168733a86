// Reads the values of a column of an Arrow file from where the headers say. Compressed values are inflated, nulls become
// NaN, and whole numbers other than int32 become float64.
import type { FileHandle } from 'node:fs/promises';
import type { Column, Values } from './headers.ts';
import { WHOLE_TYPES, type ColumnData } from './schema.ts';
import { Malformed } from '../failure.ts';
import { fromFloat16 } from '../float16.ts';
import { decodeLz4 } from './lz4.ts';
import { readRegion, readRegions, type Region } from '../regions.ts';

/** The values of a column in some batches, joined. `words`: those of its dictionary, if it has one. */
export async function readValues(
  handle: FileHandle,
  column: Column,
  parts: readonly Values[],
  words: readonly string[] | undefined,
): Promise<ColumnData> {
  const data = decodeValues(column, await readBytes(handle, parts), words);
  if (parts.some(({ validity }) => validity)) await eraseNulls(handle, data as Float64Array, parts);
  return data;
}

async function readBytes(handle: FileHandle, parts: readonly Values[]): Promise<Uint8Array<ArrayBuffer>> {
  if (!parts.some(({ compressed }) => compressed))
    return readRegions(
      handle,
      parts.map(({ region: { offset }, length }) => ({ offset, length })),
    );
  const pieces = parts.map(async ({ region, length, compressed }) => {
    const bytes = compressed ? await inflate(handle, region) : await readRegion(handle, region);
    if (bytes.length < length) throw new Malformed('has a compressed column that is too short');
    return bytes.subarray(0, length);
  });
  return join(await Promise.all(pieces));
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

const NOT_COMPRESSED = -1n;

/** A buffer of a compressed batch: its uncompressed length, then an LZ4 frame; or -1, then the bytes themselves. */
async function inflate(handle: FileHandle, region: Region): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readRegion(handle, region);
  if (bytes.length === 0) return bytes;
  if (bytes.length < 8) throw new Malformed('has a compressed column without its length');
  const length = bytes.readBigInt64LE(0);
  return length === NOT_COMPRESSED ? bytes.subarray(8) : decodeLz4(bytes.subarray(8), Number(length));
}

/** Puts NaN where a column has nulls, whatever value is stored there. */
async function eraseNulls(
  handle: FileHandle,
  data: Float64Array | Float32Array,
  parts: readonly Values[],
): Promise<void> {
  let first = 0;
  for (const { validity, compressed, rows } of parts) {
    if (validity) {
      const bits = compressed ? await inflate(handle, validity) : await readRegion(handle, validity);
      if (8 * bits.length < rows) throw new Malformed('has a null bitmap that is too short');
      for (let row = 0; row < rows; row++) if (!(bits[row >> 3]! & (1 << (row & 7)))) data[first + row] = NaN;
    }
    first += rows;
  }
}

function decodeValues(
  column: Column,
  { buffer }: Uint8Array<ArrayBuffer>,
  words: readonly string[] | undefined,
): ColumnData {
  if (column.stored) return widen(column, new WHOLE_TYPES[column.stored](buffer));
  switch (column.type.type) {
    case 'int32':
      return new Int32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    case 'float32':
      return new Float32Array(buffer);
    case 'utf8':
      return Array.from(new Int32Array(buffer), (index) => {
        const word = words?.[index];
        if (word === undefined)
          throw new Malformed(`has no word ${index} in the dictionary of column ${column.name}`);
        return word;
      });
    case 'tensor':
      return column.type.dtype === 'float16'
        ? fromFloat16(new Uint16Array(buffer))
        : new Float32Array(buffer);
  }
}

/** Whole numbers as float64, which holds them up to 2^53. */
function widen({ name }: Column, values: ArrayLike<number | bigint>): Float64Array {
  return Float64Array.from(values, (value, row) => {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new Malformed(`has ${value} in row ${row} of column ${name}, which float64 does not hold exactly`);
  });
}
