// What a run in progress keeps on disk, so that a kill at any moment loses at most the steps since the last checkpoint, and a
// damaged file at most those since the checkpoint before.
//
// Files in resume_dir, none of which needs a footer:
//   history.f64      HISTORY_FIELDS per logged epoch, appended
//   checkpoints.f32  all weights per checkpoint in the order of WEIGHT_NAMES, appended
//   state.<step>     both moments at each of the last two checkpoints, and hashes of the part of the other two files that
//                    belongs to it (state-file.ts); each is written whole or not at all
// The appended files are synced before a state is named; bytes past what the state counts are cut off on opening.
import { createHash, type Hash } from 'node:crypto';
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { TrainingState } from '../engines/engine.ts';
import { Failure, fileError, Malformed, onFile } from '../files/failure.ts';
import { readRegion } from '../files/regions.ts';
import { openRegular } from '../files/regular-file.ts';
import { discard, isTemporary, writeWhole } from '../files/whole-file.ts';
import { HISTORY_FIELDS, type HistoryRecord } from './history.ts';
import { hashOf, readState, toBytes, writeState, type Extent } from './state-file.ts';

const RECORD_BYTES = 8 * HISTORY_FIELDS.length;
const [HISTORY, CHECKPOINTS] = ['history.f64', 'checkpoints.f32'] as const;
const KEPT_STATES = 2;

export class Journal {
  readonly #folder: string;
  readonly #parameters: number;
  readonly #history: FileHandle;
  readonly #checkpoints: FileHandle;
  readonly #records: HistoryRecord[];
  /** Hash of all records. */
  readonly #hash: Hash;
  readonly #epochs: number[];
  readonly #hashes: Buffer[];

  private constructor(
    folder: string,
    parameters: number,
    files: readonly [FileHandle, FileHandle],
    records: Buffer,
    { epochs, checkpoint_hashes }: Pick<Extent, 'epochs' | 'checkpoint_hashes'>,
  ) {
    this.#folder = folder;
    this.#parameters = parameters;
    [this.#history, this.#checkpoints] = files;
    this.#records = parseRecords(records);
    this.#hash = createHash('sha256').update(records);
    this.#epochs = [...epochs];
    this.#hashes = [...checkpoint_hashes];
  }

  /**
   * Opens or starts a journal. `state` is where an earlier attempt got to, null if there was none. Damaged files are set aside
   * as `<name>.damaged`, with a line in `damage`, and the state before them is used.
   */
  static async open(
    folder: string,
    parameters: number,
  ): Promise<{ journal: Journal; state: TrainingState | null; damage: string[] }> {
    // No other process writes here, so a temporary file was left by a kill.
    for (const name of await readdir(folder)) if (isTemporary(name)) await discard(join(folder, name));
    const damage: string[] = [];
    for (const name of await listStates(folder))
      try {
        const { moments, extent } = await readState(join(folder, name), owner(folder, name), parameters);
        const { records, weights } = await readExtent(folder, extent, parameters);
        const files = await openFiles(folder, 'r+');
        await files[0].truncate(records.length);
        await files[1].truncate(extent.epochs.length * parameters * 4);
        const journal = new Journal(folder, parameters, files, records, extent);
        return { journal, state: { weights, ...moments }, damage };
      } catch (error) {
        damage.push(`${name} is set aside: ${describeDamage(folder, name, error)}`);
        await setAside(join(folder, name));
      }
    for (const name of [HISTORY, CHECKPOINTS]) await setAside(join(folder, name), damage.length > 0);
    const files = await openFiles(folder, 'wx+');
    const nothing = { epochs: [], checkpoint_hashes: [] };
    return { journal: new Journal(folder, parameters, files, Buffer.alloc(0), nothing), state: null, damage };
  }

  get history(): readonly HistoryRecord[] {
    return this.#records;
  }

  /** Epochs of the checkpoints so far. */
  get checkpointEpochs(): readonly number[] {
    return this.#epochs;
  }

  async log(record: HistoryRecord): Promise<void> {
    const bytes = toBytes(Float64Array.from(HISTORY_FIELDS, (field) => record[field]));
    await this.#write(HISTORY, this.#history, bytes, this.#records.length);
    this.#records.push(record);
    this.#hash.update(bytes);
  }

  /** A hash of all records and checkpoints so far, in hex. */
  get extent(): string {
    const epochs = toBytes(Float64Array.from(this.#epochs));
    return hashOf(this.#hash.copy().digest(), epochs, ...this.#hashes).toString('hex');
  }

  /** Begins with what another run has logged. It survives a kill from the first checkpoint on. */
  async begin(
    records: readonly HistoryRecord[],
    checkpoints: AsyncIterable<readonly [number, Float32Array]>,
  ): Promise<void> {
    for (const record of records) await this.log(record);
    for await (const [epoch, weights] of checkpoints) await this.#append(epoch, weights);
  }

  async #append(epoch: number, weights: Float32Array): Promise<void> {
    const bytes = toBytes(weights);
    await this.#write(CHECKPOINTS, this.#checkpoints, bytes, this.#epochs.length);
    this.#epochs.push(epoch);
    this.#hashes.push(hashOf(bytes));
  }

  /** Makes everything up to now survive a kill. */
  async checkpoint(epoch: number, state: TrainingState): Promise<void> {
    await this.#append(epoch, state.weights);
    await Promise.all([this.#history.datasync(), this.#checkpoints.datasync()]);
    const name = `state.${state.step}`;
    const path = join(this.#folder, name);
    const extent = {
      records: this.#records.length,
      history_hash: this.#hash.copy().digest(),
      epochs: this.#epochs,
      checkpoint_hashes: this.#hashes,
    };
    await onFile(path, () =>
      writeWhole(path, (temporary) => writeState(temporary, owner(this.#folder, name), state, extent)),
    );
    for (const old of (await listStates(this.#folder)).slice(KEPT_STATES))
      await rm(join(this.#folder, old), { recursive: true });
  }

  /** Weights of checkpoint number `index`, flat in the order of WEIGHT_NAMES. Throws Failure if they are damaged. */
  async readCheckpoint(index: number): Promise<Float32Array> {
    const path = join(this.#folder, CHECKPOINTS);
    return onFile(path, () => readWeights(this.#checkpoints, index, this.#parameters, this.#hashes[index]!));
  }

  async close(): Promise<void> {
    await Promise.all([this.#history.close(), this.#checkpoints.close()]);
  }

  /** Writes entry number `index` of a file of equal entries. */
  #write(name: string, file: FileHandle, bytes: Uint8Array, index: number): Promise<void> {
    return onFile(join(this.#folder, name), async () => {
      for (let done = 0; done < bytes.length;)
        done += (await file.write(bytes, done, bytes.length - done, index * bytes.length + done))
          .bytesWritten;
    });
  }
}

/** Names of the states in a folder, the newest first. */
async function listStates(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^state\.\d+$/.test(name));
  const stepOf = (name: string): number => Number(name.slice('state.'.length));
  return names.sort((x, y) => stepOf(y) - stepOf(x));
}

/** The owner of a state: one run, whose key is the name of the folder, and one step of it. */
const owner = (folder: string, name: string): string => `${basename(folder)}/${name}`;

/** Reads the records that belong to a state and the weights of its last checkpoint; checks that all are those of the state. */
async function readExtent(
  folder: string,
  { records: count, history_hash, epochs, checkpoint_hashes }: Extent,
  parameters: number,
): Promise<{ records: Buffer; weights: Float32Array }> {
  const records = await reading(folder, HISTORY, async (file) => {
    const bytes = await readRegion(file, { offset: 0, length: count * RECORD_BYTES });
    if (!hashOf(bytes).equals(history_hash)) throw new Malformed('is damaged');
    return bytes;
  });
  const weights = await reading(folder, CHECKPOINTS, async (file) => {
    let last: Float32Array = new Float32Array(0);
    for (const index of epochs.keys())
      last = await readWeights(file, index, parameters, checkpoint_hashes[index]!);
    return last;
  });
  return { records, weights };
}

async function reading<T>(folder: string, name: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    const file = await openRegular(join(folder, name));
    try {
      return await read(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new DamagedExtent(describeDamage(folder, name, error));
  }
}

async function readWeights(
  file: FileHandle,
  index: number,
  parameters: number,
  hash: Buffer,
): Promise<Float32Array> {
  const length = 4 * parameters;
  const bytes = await readRegion(file, { offset: index * length, length });
  if (!hashOf(bytes).equals(hash)) throw new Malformed('is damaged');
  return new Float32Array(bytes.buffer);
}

const openFiles = (folder: string, flags: 'r+' | 'wx+'): Promise<[FileHandle, FileHandle]> =>
  Promise.all([open(join(folder, HISTORY), flags), open(join(folder, CHECKPOINTS), flags)]);

/** One of the other files does not hold what a state relies on. */
class DamagedExtent extends Error {}

/** What is wrong with a file, in words. Rethrows errors that are not the file's fault. */
function describeDamage(folder: string, name: string, error: unknown): string {
  if (error instanceof DamagedExtent) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined && !OF_THE_FILE.includes(code)) throw error;
  const known = fileError(join(folder, name), error);
  if (known instanceof Failure) return known.message.replaceAll(`${folder}/`, '');
  if (code === undefined) throw error;
  return `${name} may not be opened (${code})`;
}

const OF_THE_FILE = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'EIO'];

/** Renames what is at `path`, if anything is, or removes it if it is not worth keeping. */
async function setAside(path: string, isWorthKeeping = true): Promise<void> {
  await rm(`${path}.damaged`, { recursive: true, force: true });
  if (!isWorthKeeping) return rm(path, { recursive: true, force: true });
  await rename(path, `${path}.damaged`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

function parseRecords(bytes: Buffer): HistoryRecord[] {
  return Array.from({ length: bytes.length / RECORD_BYTES }, (_, row) => {
    const entries = HISTORY_FIELDS.map((field, i) => [field, bytes.readDoubleLE(row * RECORD_BYTES + 8 * i)]);
    return Object.fromEntries(entries) as HistoryRecord;
  });
}
