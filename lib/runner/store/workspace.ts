/**
 * artifacts/: one folder a stage, published whole by rename. What the runner knows of it stands beside, in
 * `artifacts/.runs/<stage>/`:
 *   provenance.json   the record of what the stage folder holds
 *   log.txt           what the stage printed when it last ran
 *   running.json      the process that runs it now
 *   attempt-.../       what it is writing
 *   replaced/         the folder that is about to be removed
 *   set-aside/        files that somebody put or changed in the stage folder by hand
 *   claimed           that the stage folder is ours to replace
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
import { examineRecord, type StageRecord } from './record.ts';

const LASTING = ['claimed', 'provenance.json', 'log.txt', 'set-aside'];

/** What stands in a stage folder now. */
export interface Standing {
  /** Null where the folder is missing or empty. */
  readonly files: readonly StoredFile[] | null;
  /** What the runner last put there; null where it put nothing, or where that is not known. */
  readonly record: StageRecord | null;
  /** Why it is not known. */
  readonly flaw: Unsealed['flaw'];
  /** Files that are not as the runner left them. */
  readonly modified: readonly string[];
  /** Something there that is neither a file nor a folder: then nothing of the folder is listed. */
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

  /** A file or folder that the runner keeps beside the stage folder; the folder of all of them for ''. */
  besideStage(stage: string, name: string): string {
    return join(this.root, '.runs', stage, name);
  }

  async standing(stage: string, hashes: Hashes, onBytes?: (bytes: number) => void): Promise<Standing> {
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
    // Another run replaced the folder while we read, so what we read is neither the old folder nor the new one.
    return this.standing(stage, hashes, onBytes);
  }

  /** Marks the stage folder as ours. Refuses one that holds something and that no run of this pipeline has made. */
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

  /** Files that only a run at work on `stage` has beside its folder. If no run is at work, a killed one left them. */
  async leftovers(stage: string): Promise<string[]> {
    const names = await readdir(this.besideStage(stage, '')).catch(() => []);
    return names.filter((name) => !LASTING.includes(name)).map((name) => this.besideStage(stage, name));
  }

  /** Removes what killed runs left, and anything that is a folder instead of a file or the other way. Needs the stage's lock. */
  async tidy(stage: string): Promise<void> {
    for (const entry of await readdir(this.besideStage(stage, ''), { withFileTypes: true })) {
      const isOurs = ['lock', 'set-aside'].includes(entry.name) ? entry.isDirectory() : entry.isFile();
      if (isOurs && [...LASTING, 'lock'].includes(entry.name)) continue;
      await rm(this.besideStage(stage, entry.name), { recursive: true, force: true });
    }
  }

  /** An empty folder to write into. Needs the stage's lock. */
  async createAttempt(stage: string): Promise<string> {
    const attempt = this.besideStage(stage, `attempt-${randomUUID()}`);
    await mkdir(attempt);
    return attempt;
  }

  /**
   * Makes the attempt the stage folder. Files that were changed by hand are set aside. Needs the stage's lock. The record is
   * written last: until then the folder is not believed, and what a killed run leaves is found.
   */
  async publish(stage: string, attempt: string, record: StageRecord, hashes: Hashes): Promise<void> {
    const [folder, replaced] = [this.folder(stage), this.besideStage(stage, 'replaced')];
    const { modified, irregular } = await this.standing(stage, hashes);
    for (const path of irregular ? ['.'] : modified) await this.#setAside(stage, path);
    await rm(this.besideStage(stage, 'provenance.json'), { force: true });
    await rename(folder, replaced).catch(ignoreMissing);
    await rename(attempt, folder);
    await rm(replaced, { recursive: true, force: true });
    await writeSealed(this.besideStage(stage, 'provenance.json'), record);
  }

  /** `path`: within the stage folder; `.` for the folder itself. */
  async #setAside(stage: string, path: string): Promise<void> {
    const folder = this.besideStage(stage, 'set-aside');
    let first = join(folder, path === '.' ? stage : path);
    // A file that was set aside earlier may stand where a folder must be now.
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
