/**
 * artifacts/: a folder for each stage, which is published whole by renaming. What the runner knows about a stage is in
 * `artifacts/.runs/<stage>/`:
 *   provenance.json   the record of what the stage folder holds
 *   log.txt           what the stage printed when it last ran
 *   running.json      the process that runs it now
 *   live.json         what the stage shows while it runs
 *   attempt-.../      what the stage is writing
 *   replaced/         the folder that is about to be removed
 *   set-aside/        files that somebody put or changed in the stage folder by hand
 *   claimed           shows that the stage folder is ours to replace
 *   lock/             see lock.ts
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../../files/failure.ts';
import { shortPath } from '../../files/short-path.ts';
import { makeFolder } from '../../files/whole-file.ts';
import type { Hashes } from '../disk/hashes.ts';
import { compareListings, Irregular, listFolder, type StoredFile } from '../disk/listing.ts';
import { writeSealed, type Unsealed } from '../disk/sealed.ts';
import { examineRecord, type Arrival, type StageRecord } from './record.ts';

const LASTING = ['claimed', 'provenance.json', 'log.txt', 'set-aside'];

/** The state of a stage folder. */
export interface FolderState {
  /** Null if the folder is missing or empty. */
  readonly files: readonly StoredFile[] | null;
  /** The record of what the runner last put there; null if there was nothing, or the record has a flaw. */
  readonly record: StageRecord | null;
  /** What is wrong with the record. */
  readonly flaw: Unsealed['flaw'];
  /** Files that are not as the runner put them there. */
  readonly modified: readonly string[];
  /** Something there that is neither a file nor a folder: then no files are listed. */
  readonly irregular: Irregular | null;
}

export class Workspace {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  folder(stage: string): string {
    return join(this.root, stage);
  }

  /** A file or folder of `.runs/<stage>/`; that folder itself for ''. */
  besideStage(stage: string, name: string): string {
    return join(this.root, '.runs', stage, name);
  }

  async readState(stage: string, hashes: Hashes, onBytes?: (bytes: number) => void): Promise<FolderState> {
    const { record, flaw } = await examineRecord(this.besideStage(stage, 'provenance.json'));
    const folder = this.folder(stage);
    try {
      const files = await listFolder(folder, hashes, onBytes);
      const modified = record && files.length > 0 ? compareListings(record.files, files) : [];
      return { files: files.length > 0 ? files : null, record, flaw, modified, irregular: null };
    } catch (error) {
      if (error instanceof Irregular) return { files: null, record, flaw, modified: [], irregular: error };
      ignoreMissing(error as NodeJS.ErrnoException);
    }
    if (!existsSync(folder)) return { files: null, record, flaw, modified: [], irregular: null };
    // Another run has replaced the folder meanwhile, so what we have read may be a mixture of the old and the new one.
    return this.readState(stage, hashes, onBytes);
  }

  /** Marks the stage folder as ours. Throws a Failure if it holds files that no run of this pipeline has made. */
  async claim(stage: string): Promise<void> {
    const marks = ['claimed', 'provenance.json'].map((name) => this.besideStage(stage, name));
    if (marks.some((mark) => existsSync(mark))) return;
    const [name] = await readdir(this.folder(stage)).catch(() => []);
    if (name !== undefined)
      throw new Failure(
        `${shortPath(this.folder(stage))} holds files that no run of this pipeline made (${name})`,
        'move them away, or give another folder with --artifacts',
      );
    await makeFolder(dirname(marks[0]!));
    await writeFile(marks[0]!, '');
  }

  /** Files that exist only while a run works on `stage`. If no run does, a killed one has left them. */
  async leftovers(stage: string): Promise<string[]> {
    const names = await readdir(this.besideStage(stage, '')).catch(() => []);
    return names.filter((name) => !LASTING.includes(name)).map((name) => this.besideStage(stage, name));
  }

  /** Removes what killed runs left, and folders in place of files or the reverse. Needs the lock of the stage. */
  async tidy(stage: string): Promise<void> {
    for (const entry of await readdir(this.besideStage(stage, ''), { withFileTypes: true })) {
      const isOurs = ['lock', 'set-aside'].includes(entry.name) ? entry.isDirectory() : entry.isFile();
      if (isOurs && [...LASTING, 'lock'].includes(entry.name)) continue;
      await rm(this.besideStage(stage, entry.name), { recursive: true, force: true });
    }
  }

  /** Makes an empty folder to write into. Needs the lock of the stage. */
  async createAttempt(stage: string): Promise<string> {
    const attempt = this.besideStage(stage, `attempt-${randomUUID()}`);
    await mkdir(attempt);
    return attempt;
  }

  /**
   * Renames the attempt to the stage folder, and sets aside files that were changed by hand. Needs the lock of the stage.
   * The record is written last: a folder without one does not count, so a run that was killed before that is noticed.
   */
  async publish(
    stage: string,
    attempt: string,
    record: StageRecord & { readonly arrival: Arrival },
    hashes: Hashes,
  ): Promise<void> {
    const [folder, replaced] = [this.folder(stage), this.besideStage(stage, 'replaced')];
    const { modified, irregular } = await this.readState(stage, hashes);
    for (const path of irregular ? ['.'] : modified) await this.#setAside(stage, path);
    await rm(this.besideStage(stage, 'provenance.json'), { force: true });
    await rename(folder, replaced).catch(ignoreMissing);
    await rename(attempt, folder);
    await rm(replaced, { recursive: true, force: true });
    await writeSealed(this.besideStage(stage, 'provenance.json'), record);
  }

  /** `path` is relative to the stage folder; `.` is the folder itself. */
  async #setAside(stage: string, path: string): Promise<void> {
    const folder = this.besideStage(stage, 'set-aside');
    let first = join(folder, path === '.' ? stage : path);
    // A file that was set aside earlier may be where a folder is needed now.
    const isBlocked = await mkdir(dirname(first), { recursive: true }).then(
      () => false,
      () => true,
    );
    if (isBlocked) first = join(folder, path.replaceAll('/', '~'));
    let kept = first;
    for (let i = 2; existsSync(kept); i++) kept = `${first}~${i}`;
    await rename(join(this.folder(stage), path), kept).catch(ignoreMissing);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
