// One state of a run in progress, under a checksum of everything in it: both moments, and which records and checkpoints
// of the journal belong to it. Its weights are those of the last checkpoint. Numbers are little-endian, as in memory; hashes
// are SHA-256:
//   hash of the owner and of all that follows
//   step, records, checkpoints, parameters (float64) | hash of the records | epochs (float64) | hash of each checkpoint
//   m | v (float32)
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { TrainingState } from '../engines/engine.ts';
import { Malformed } from '../files/failure.ts';
import { readRegion, writePieces } from '../files/regions.ts';
import { openRegular } from '../files/regular-file.ts';

/** The part of the journal's other files that belongs to a state. */
export interface Extent {
  readonly records: number;
  readonly history_hash: Buffer;
  /** Epochs of the checkpoints so far. */
  readonly epochs: readonly number[];
  readonly checkpoint_hashes: readonly Buffer[];
}

const HASH_BYTES = 32;
const COUNTS_BYTES = 4 * 8;

export const hashOf = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const toBytes = (array: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A training state without its weights. */
export type Moments = Omit<TrainingState, 'weights'>;

/** Writes a state of `owner`, the run that it belongs to; when the promise resolves, it is on the disk. */
export async function writeState(
  path: string,
  owner: string,
  { m, v, step }: Moments,
  { records, history_hash, epochs, checkpoint_hashes }: Extent,
): Promise<void> {
  const counts = Float64Array.of(step, records, epochs.length, m.length);
  const head = [toBytes(counts), history_hash, toBytes(Float64Array.from(epochs)), ...checkpoint_hashes];
  const parts = [Buffer.concat(head), toBytes(m), toBytes(v)];
  const file = await open(path, 'w');
  try {
    await writePieces(file, [hashOf(Buffer.from(owner), ...parts), ...parts]);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Reads a state of `owner`. Throws Malformed if its checksum does not match, and errors of the file system. */
export async function readState(
  path: string,
  owner: string,
  parameters: number,
): Promise<{ moments: Moments; extent: Extent }> {
  const file = await openRegular(path);
  try {
    const { size } = await file.stat();
    let offset = 0;
    const hash = createHash('sha256').update(owner);
    const take = async (length: number): Promise<Buffer<ArrayBuffer>> => {
      if (!(offset + length <= size)) throw new Malformed('is damaged');
      const bytes = await readRegion(file, { offset, length });
      if (offset > 0) hash.update(bytes);
      offset += length;
      return bytes;
    };
    const expected = await take(HASH_BYTES);
    const [step = 0, records = 0, checkpoints = 0, count = 0] = new Float64Array(
      (await take(COUNTS_BYTES)).buffer,
    );
    const whole =
      HASH_BYTES + COUNTS_BYTES + HASH_BYTES + checkpoints * (8 + HASH_BYTES) + 2 * 4 * parameters;
    if (count !== parameters || size !== whole) throw new Malformed('is damaged');
    const history_hash = await take(HASH_BYTES);
    const epochs = [...new Float64Array((await take(8 * checkpoints)).buffer)];
    const hashes = await take(HASH_BYTES * checkpoints);
    const checkpoint_hashes = epochs.map((_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
    const array = async (): Promise<Float32Array> => new Float32Array((await take(4 * parameters)).buffer);
    const moments = { m: await array(), v: await array(), step };
    if (!hash.digest().equals(expected)) throw new Malformed('is damaged');
    return { moments, extent: { records, history_hash, epochs, checkpoint_hashes } };
  } finally {
    await file.close();
  }
}
