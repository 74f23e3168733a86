// What a run in progress keeps on disk so that a kill at any moment costs at most the steps since the last checkpoint.
//
// Three files in resume_dir, none of which needs a footer:
//   history.f64      HISTORY_FIELDS per logged epoch, appended
//   checkpoints.f32  all weights per checkpoint in the order of WEIGHT_NAMES, appended
//   state.bin        the newest checkpoint: how much of the other two is valid, weights and both moments;
//                    replaced by rename, so it is always whole
// The appended files are synced before state.bin is replaced; bytes past what state.bin counts are cut off on opening.
import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { HISTORY_FIELDS, type HistoryRecord } from './history.ts';

const RECORD_BYTES = 8 * HISTORY_FIELDS.length;
const HEADER_BYTES = 32;
const MAGIC = 0x31_6b_6f_72_67; // 'grok1', little-endian

export interface TrainingState {
  readonly weights: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** Steps done. */
  readonly step: number;
}

export class Journal {
  readonly #folder: string;
  readonly #parameters: number;
  readonly #history: FileHandle;
  readonly #checkpoints: FileHandle;
  #epochs: number[];
  #records: HistoryRecord[];

  private constructor(
    folder: string,
    parameters: number,
    files: readonly [FileHandle, FileHandle],
    records: HistoryRecord[],
    epochs: number[],
  ) {
    this.#folder = folder;
    this.#parameters = parameters;
    [this.#history, this.#checkpoints] = files;
    this.#records = records;
    this.#epochs = epochs;
  }

  /** Opens or starts a journal; `state` is where an earlier attempt got to, null when there is none. */
  static async open(
    folder: string,
    parameters: number,
  ): Promise<{ journal: Journal; state: TrainingState | null }> {
    const saved = await readState(folder, parameters);
    const history = await open(join(folder, 'history.f64'), saved ? 'r+' : 'w+');
    const checkpoints = await open(join(folder, 'checkpoints.f32'), saved ? 'r+' : 'w+');
    const recordCount = saved?.recordCount ?? 0;
    const checkpointCount = saved?.checkpointCount ?? 0;
    await history.truncate(recordCount * RECORD_BYTES);
    await checkpoints.truncate(checkpointCount * parameters * 4);
    const records = parseRecords(await readFile(join(folder, 'history.f64')));
    const epochs = saved?.epochs ?? [];
    const journal = new Journal(folder, parameters, [history, checkpoints], records, epochs);
    return { journal, state: saved?.state ?? null };
  }

  get history(): readonly HistoryRecord[] {
    return this.#records;
  }

  /** Epochs of the checkpoints so far. */
  get checkpointEpochs(): readonly number[] {
    return this.#epochs;
  }

  async log(record: HistoryRecord): Promise<void> {
    const bytes = Buffer.from(Float64Array.from(HISTORY_FIELDS, (field) => record[field]).buffer);
    await this.#history.write(bytes, 0, RECORD_BYTES, this.#records.length * RECORD_BYTES);
    this.#records.push(record);
  }

  /** Makes everything up to now survive a kill. */
  async checkpoint(epoch: number, state: TrainingState): Promise<void> {
    const bytes = this.#parameters * 4;
    await this.#checkpoints.write(toBytes(state.weights), 0, bytes, this.#epochs.length * bytes);
    this.#epochs.push(epoch);
    await Promise.all([this.#history.datasync(), this.#checkpoints.datasync()]);
    await this.#replaceState(state);
  }

  /** Weights of checkpoint number `index`, flat in the order of WEIGHT_NAMES. */
  async readCheckpoint(index: number): Promise<Float32Array> {
    const weights = new Float32Array(this.#parameters);
    const bytes = this.#parameters * 4;
    await this.#checkpoints.read(toBytes(weights), 0, bytes, index * bytes);
    return weights;
  }

  async close(): Promise<void> {
    await Promise.all([this.#history.close(), this.#checkpoints.close()]);
  }

  async #replaceState(state: TrainingState): Promise<void> {
    const header = new Float64Array([MAGIC, state.step, this.#records.length, this.#epochs.length]);
    const parts = [header, Float64Array.from(this.#epochs), state.weights, state.m, state.v];
    const temporary = join(this.#folder, 'state.bin.new');
    const file = await open(temporary, 'w');
    try {
      await file.writev(parts.map(toBytes));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.#folder, 'state.bin'));
  }
}

interface SavedState {
  readonly state: TrainingState;
  readonly recordCount: number;
  readonly checkpointCount: number;
  readonly epochs: number[];
}

async function readState(folder: string, parameters: number): Promise<SavedState | null> {
  const bytes = await readFile(join(folder, 'state.bin')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (!bytes || bytes.length < HEADER_BYTES) return null;
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const [magic, step, recordCount, checkpointCount] = new Float64Array(buffer, 0, 4) as unknown as number[];
  if (magic !== MAGIC || step === undefined || recordCount === undefined || checkpointCount === undefined)
    return null;
  const start = HEADER_BYTES + 8 * checkpointCount;
  if (buffer.byteLength !== start + 3 * 4 * parameters) return null;
  const array = (index: number): Float32Array =>
    new Float32Array(buffer, start + 4 * parameters * index, parameters);
  return {
    state: { weights: array(0), m: array(1), v: array(2), step },
    recordCount,
    checkpointCount,
    epochs: Array.from(new Float64Array(buffer, HEADER_BYTES, checkpointCount)),
  };
}

function parseRecords(bytes: Buffer): HistoryRecord[] {
  return Array.from({ length: Math.floor(bytes.length / RECORD_BYTES) }, (_, row) => {
    const entries = HISTORY_FIELDS.map((field, i) => [field, bytes.readDoubleLE(row * RECORD_BYTES + 8 * i)]);
    return Object.fromEntries(entries) as HistoryRecord;
  });
}

const toBytes = (array: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
