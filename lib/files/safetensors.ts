// safetensors files: 8 bytes with the length of a JSON header, the header, the tensors' bytes, all little-endian.
// Format: https://github.com/huggingface/safetensors#format. Everything that the header claims is checked before any data
// is read or any array is made, so garbage and headers that claim terabytes are refused at once.
import { open, type FileHandle } from 'node:fs/promises';
import { DTYPES } from './dtypes.ts';
import { Malformed, onFile } from './failure.ts';
import { readRegion, writePieces } from './regions.ts';
import { openRegular } from './regular-file.ts';
import { safetensorsPieces } from './safetensors-bytes.ts';
import { sizeOf, type StoredTensor, type Tensor } from './tensor.ts';

export interface Safetensors {
  tensors: Record<string, Tensor>;
  metadata: Readonly<Record<string, string>>;
}

/** Writes float32 tensors; the same tensors and metadata give the same bytes. */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await onFile(path, async () => {
    const file = await open(path, 'w');
    await writePieces(file, safetensorsPieces(tensors, metadata)).finally(() => file.close());
  });
}

/**
 * Reads all tensors as float32 (dtypes.ts says how). Throws Failure, with what is wrong, if the file is missing,
 * truncated or not a safetensors file.
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const { tensors, metadata, close } = await openSafetensors(path);
  try {
    const read = [...tensors].map(
      async ([name, { shape, read }]) => [name, { shape, data: await read() }] as const,
    );
    return { tensors: Object.fromEntries(await onFile(path, () => Promise.all(read))), metadata };
  } finally {
    await close();
  }
}

export interface OpenSafetensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Reads only the header; each tensor is read when it is asked for. Throws Failure as `readSafetensors` does. */
export function openSafetensors(path: string): Promise<OpenSafetensors> {
  return onFile(path, async () => {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const { entries, metadata, start } = await readHeader(file, size);
      const stored = ({ dtype, shape, begin, end }: Entry): StoredTensor => ({
        dtype: DTYPES[dtype].name,
        shape,
        read: async () => {
          const { buffer } = await readRegion(file, { offset: start + begin, length: end - begin });
          return DTYPES[dtype].decode(buffer);
        },
      });
      const tensors = new Map(entries.map((entry) => [entry.name, stored(entry)]));
      return { tensors, metadata, close: () => file.close() };
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

interface Entry {
  name: string;
  dtype: keyof typeof DTYPES;
  shape: number[];
  /** In bytes from the end of the header. */
  begin: number;
  end: number;
}

// A model of this project has a header of about 2,000 bytes, the largest language models have some megabytes.
const MAX_HEADER_BYTES = 1 << 24;

async function readHeader(
  file: FileHandle,
  size: number,
): Promise<{ entries: Entry[]; metadata: Record<string, string>; start: number }> {
  if (size < 10) throw new Malformed(`is not a safetensors file (${size} bytes)`);
  const length = Number((await readRegion(file, { offset: 0, length: 8 })).readBigUInt64LE());
  const first = (await readRegion(file, { offset: 8, length: 1 })).toString('latin1');
  if (first !== '{' || length < 2 || length > MAX_HEADER_BYTES)
    throw new Malformed('is not a safetensors file (no header of JSON at its start)');
  const start = 8 + length;
  if (start > size)
    throw new Malformed(`is truncated: its header takes ${length} bytes, the file has ${size}`);
  const header = parseObject(await readRegion(file, { offset: 8, length: length }));
  if (!header) throw new Malformed('is not a safetensors file (its header is not a JSON object)');
  const { __metadata__, ...rest } = header;
  const entries = Object.entries(rest).map(([name, entry]) => parseEntry(name, entry));
  checkRanges(entries, size - start);
  return { entries, metadata: parseMetadata(__metadata__ ?? {}), start };
}

function parseObject(bytes: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parseMetadata(metadata: unknown): Record<string, string> {
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string'))
    throw new Malformed('has metadata that are not strings');
  return metadata as Record<string, string>;
}

function parseEntry(name: string, entry: unknown): Entry {
  if (!isObject(entry)) throw new Malformed(`has no description of tensor ${name}`);
  const { dtype, shape, data_offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype))
    throw new Malformed(
      `has tensor ${name} of dtype ${JSON.stringify(dtype)} (expected ${Object.keys(DTYPES).join(', ')})`,
    );
  if (!Array.isArray(shape) || !shape.every(isCount) || !isCount(sizeOf(shape)))
    throw new Malformed(`has tensor ${name} of shape ${JSON.stringify(shape)}`);
  if (!Array.isArray(data_offsets) || data_offsets.length !== 2 || !data_offsets.every(isCount))
    throw new Malformed(`has tensor ${name} at ${JSON.stringify(data_offsets)} (expected two byte offsets)`);
  const [begin, end] = data_offsets as [number, number];
  const bytes = sizeOf(shape) * DTYPES[dtype as Entry['dtype']].bytes;
  if (end - begin !== bytes)
    throw new Malformed(
      `has ${end - begin} bytes of tensor ${name}, ${dtype} [${shape.join(', ')}] needs ${bytes}`,
    );
  return { name, dtype: dtype as Entry['dtype'], shape, begin, end };
}

/** Tensors lie side by side and fill the file: nothing overlaps, nothing is left out. */
function checkRanges(entries: readonly Entry[], size: number): void {
  let position = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) throw new Malformed(`has tensor ${name} overlap the one before it`);
    if (begin > position)
      throw new Malformed(`has ${begin - position} bytes before tensor ${name} that belong to none`);
    position = end;
  }
  if (position > size) throw new Malformed(`is truncated: ${size} of ${position} bytes of tensors are there`);
  if (position < size)
    throw new Malformed(`has ${size - position} bytes at its end that belong to no tensor`);
}
