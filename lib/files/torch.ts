// Reads files of torch.save without Python: the zip archives of torch 1.6 and newer, and the older format, several
// pickles followed by the numbers of the tensors. Nothing in a file is executed (torch/pickle.ts).
// Formats: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
import type { FileHandle } from 'node:fs/promises';
import { Malformed, onFile } from './failure.ts';
import { readRegion, type Region } from './regions.ts';
import { openRegular } from './regular-file.ts';
import { Reduced, PersistentId, type Pickled } from './torch/machine.ts';
import { readPickle } from './torch/pickle.ts';
import { storageOf, toSaved, type ReadBytes, type Saved, type Storage } from './torch/saved.ts';
import { Zip } from './torch/zip.ts';

export { SavedObject, SavedTensor, type Saved } from './torch/saved.ts';

export interface TorchFile {
  readonly format: 'torch.save' | 'torch.save before 1.6';
  readonly root: Saved;
  close(): Promise<void>;
}

/** 250 checkpoints and the losses of 50,000 epochs take about 2 MB. */
const MAX_PICKLE_BYTES = 64e6;
const ZIP_START = 'PK\x03\x04';
/** The pickle of torch's magic number. */
const OLD_START = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');

/** Whether a file that begins with these bytes may be a file of torch.save. */
export const looksLikeTorch = (start: Buffer): boolean =>
  start.toString('latin1', 0, 4) === ZIP_START || start.subarray(0, OLD_START.length).equals(OLD_START);

/** How many bytes of the start of a file `looksLikeTorch` needs. */
export const TORCH_START_BYTES = OLD_START.length;

/** Opens a file. Throws Failure if it is missing, damaged or not a file of torch.save. */
export function openTorch(path: string): Promise<TorchFile> {
  return onFile(path, async () => {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      const start = await readRegion(file, { offset: 0, length: Math.min(size, TORCH_START_BYTES) });
      if (!looksLikeTorch(start)) throw new Malformed('is not a file of torch.save');
      const isZip = start[0] !== OLD_START[0];
      const root = await (isZip ? readZip(file, size) : readOld(file, size));
      return { format: isZip ? 'torch.save' : 'torch.save before 1.6', root, close: () => file.close() };
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

async function readZip(file: FileHandle, size: number): Promise<Saved> {
  const zip = await Zip.open(file, size);
  const name = [...zip.names].find((each) => /^[^/]*\/?data\.pkl$/.test(each));
  if (name === undefined)
    throw new Malformed('is a zip archive, but not one of torch.save (it has no data.pkl)');
  const folder = name.slice(0, -'data.pkl'.length);
  const order = await zip.find(`${folder}byteorder`);
  if (order?.length === 3) throw bigEndian(); // "big", not "little"
  const pickle = await readPickleAt(file, (await zip.find(name))!);
  return toSaved(readPickle(pickle).value, async (storage) => {
    const region = await zip.find(`${folder}data/${storage.key}`);
    if (!region) throw new Malformed(`has no numbers for one of its tensors (${folder}data/${storage.key})`);
    return readPart(file, region, storage);
  });
}

const bigEndian = (): Malformed => new Malformed('has big-endian numbers (expected little-endian ones)');

function readPickleAt(file: FileHandle, region: Region): Promise<Buffer> {
  if (region.length > MAX_PICKLE_BYTES)
    throw new Malformed(`has a pickle of ${region.length} bytes (at most ${MAX_PICKLE_BYTES} are read)`);
  return readRegion(file, region);
}

async function readPart(
  file: FileHandle,
  region: Region,
  { dtype, start, length }: Storage,
): Promise<ArrayBuffer> {
  if (!((start + length) * dtype.bytes <= region.length))
    throw new Malformed(
      `has ${region.length} bytes for a tensor that needs ${(start + length) * dtype.bytes}`,
    );
  const part = { offset: region.offset + start * dtype.bytes, length: length * dtype.bytes };
  return (await readRegion(file, part)).buffer;
}

/** Reads magic number, version, system, object and keys of the storages; then each storage, after its length. */
async function readOld(file: FileHandle, size: number): Promise<Saved> {
  const bytes = await readRegion(file, { offset: 0, length: Math.min(size, MAX_PICKLE_BYTES) });
  const version = readPickle(bytes, OLD_START.length);
  if (version.value !== 1001)
    throw new Malformed('was written by a version of torch.save that is not read here');
  const system = readPickle(bytes, version.end);
  const isLittle = system.value instanceof Map ? system.value.get('little_endian') : true;
  if (isLittle === false) throw bigEndian();
  const object = readPickle(bytes, system.end);
  const keys = readPickle(bytes, object.end);
  if (!Array.isArray(keys.value)) throw new Malformed('has no list of its tensors');
  const widths = storageWidths(object.value);
  const regions = new Map<string, Region>();
  let offset = keys.end;
  for (const each of keys.value) {
    const [key, bytes] = [String(each), widths.get(String(each))];
    if (bytes === undefined) throw new Malformed('has numbers that belong to no tensor');
    if (!(offset + 8 <= size)) throw new Malformed('is truncated: numbers of its tensors are missing');
    const count = Number((await readRegion(file, { offset, length: 8 })).readBigInt64LE());
    const length = count * bytes;
    if (!(count >= 0 && offset + 8 + length <= size))
      throw new Malformed('is truncated: numbers of its tensors are missing');
    regions.set(key, { offset: offset + 8, length });
    offset += 8 + length;
  }
  const read: ReadBytes = async (storage) => {
    const region = regions.get(storage.key);
    if (!region) throw new Malformed('has no numbers for one of its tensors');
    return readPart(file, region, storage);
  };
  return toSaved(object.value, read);
}

/** Bytes per number in each storage that a pickle names. */
function storageWidths(root: Pickled): Map<string, number> {
  const widths = new Map<string, number>();
  const seen = new Set<Pickled>();
  const next: Pickled[] = [root];
  for (let value = next.pop(); value !== undefined; value = next.pop()) {
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof PersistentId) {
      const { key, dtype } = storageOf(value);
      widths.set(key, dtype.bytes);
    } else if (Array.isArray(value)) for (const item of value) next.push(item);
    else if (value instanceof Map) for (const item of value.values()) next.push(item);
    else if (value instanceof Reduced) {
      next.push(value.args, value.state, value.items);
      if (value.entries) next.push(value.entries);
    }
  }
  return widths;
}
