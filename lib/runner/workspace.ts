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
import { Failure } from '../files/failure.ts';
import { shortPath } from '../files/short-path.ts';
import { makeFolder } from '../files/whole-file.ts';
import type { Hashes } from './hashes.ts';
import { compareListings, Irregular, listFolder, type StoredFile } from './listing.ts';
import { examineRecord, type Record } from './record.ts';
import { writeSealed, type Unsealed } from './sealed.ts';

const LASTING = ['claimed', 'provenance.json', 'log.txt', 'set-aside'];

/** What stands in a stage folder now. */
export interface Standing {
  /** Null where the folder is missing or empty. */
  readonly files: readonly StoredFile[] | null;
  /** What the runner last put there; null where it put nothing, or where that is not known. */
  readonly record: Record | null;
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

  run(stage: string, name: string): string {
    return join(this.root, '.runs', stage, name);
  }

  async standing(stage: string, hashes: Hashes, onBytes?: (bytes: number) => void): Promise<Standing> {
    const { record, flaw } = await examineRecord(this.run(stage, 'provenance.json'));
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
    // Another run replaces the folder while we read: what we have read is of none of the two.
    return this.standing(stage, hashes, onBytes);
  }

  /** Marks the stage folder as ours. Refuses one that holds something and that no run of this pipeline has made. */
  async claim(stage: string): Promise<void> {
    const marks = ['claimed', 'provenance.json'].map((name) => this.run(stage, name));
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

  /** What only a run that works on `stage` has beside its folder. If nobody does, a killed one left it. */
  async leftovers(stage: string): Promise<string[]> {
    const names = await readdir(this.run(stage, '')).catch(() => []);
    return names.filter((name) => !LASTING.includes(name)).map((name) => this.run(stage, name));
  }

  /** Removes what killed runs left, and what is of another kind than we make it. Needs the stage's lock. */
  async tidy(stage: string): Promise<void> {
    for (const entry of await readdir(this.run(stage, ''), { withFileTypes: true })) {
      const isOurs = ['lock', 'set-aside'].includes(entry.name) ? entry.isDirectory() : entry.isFile();
      if (isOurs && [...LASTING, 'lock'].includes(entry.name)) continue;
      await rm(this.run(stage, entry.name), { recursive: true, force: true });
    }
  }

  /** An empty folder to write into. Needs the stage's lock. */
  async createAttempt(stage: string): Promise<string> {
    const attempt = this.run(stage, `attempt-${randomUUID()}`);
    await mkdir(attempt);
    return attempt;
  }

  /**
   * Makes the attempt the stage folder. Files that were changed by hand are kept. Needs the stage's lock. What the folder
   * holds is written down last: until then it is not believed, and a killed run's remains are found.
   */
  async publish(stage: string, attempt: string, record: Record, hashes: Hashes): Promise<void> {
    const [folder, replaced] = [this.folder(stage), this.run(stage, 'replaced')];
    const { modified, irregular } = await this.standing(stage, hashes);
    for (const path of irregular ? ['.'] : modified) await this.#setAside(stage, path);
    await rm(this.run(stage, 'provenance.json'), { force: true });
    await rename(folder, replaced).catch(ignoreMissing);
    await rename(attempt, folder);
    await rm(replaced, { recursive: true, force: true });
    await writeSealed(this.run(stage, 'provenance.json'), record);
  }

  /** `path`: in the stage folder; `.` for the folder itself. */
  async #setAside(stage: string, path: string): Promise<void> {
    const folder = this.run(stage, 'set-aside');
    let first = join(folder, path === '.' ? stage : path);
    // A file of earlier may stand where now a folder must be.
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
