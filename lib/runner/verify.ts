/** Reads every stored byte and every stage folder, and trusts no remembered hash. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shortPath } from '../files/short-path.ts';
import { discard } from '../files/whole-file.ts';
import { hashFile, Hashes } from './hashes.ts';
import { examineRecord, readRecord } from './record.ts';
import { progressIn, type Run } from './run.ts';

export interface Verdict {
  readonly objects: number;
  readonly bytes: number;
  readonly records: number;
  /** What is not as it should be, a sentence each. */
  readonly damage: readonly string[];
}

/**
 * Damaged objects and records are removed, so that what they belong to is made again; stage folders are left alone.
 * Progress is reported under the name `verify`, as the store is of no stage.
 */
export async function verifyAll(run: Run): Promise<Verdict> {
  const { store, workspace, pipeline } = run;
  const damage: string[] = [];
  const seen = { objects: 0, bytes: 0, records: 0 };
  const whole = new Set<string>();
  // Before the objects: a run beside us writes a record when all its objects are there.
  const names = (await readdir(store.records).catch(() => [])).filter((name) => /^[^.].*\.json$/.test(name));
  const records = await Promise.all(names.map((name) => examineRecord(join(store.records, name))));
  const objects = await listObjects(store.objects);
  const left = [...pipeline.stages.keys()].map((stage) =>
    readRecord(workspace.run(stage, 'provenance.json')),
  );
  const files = [...objects, ...(await Promise.all(left)).flatMap((record) => record?.files ?? [])];
  const onBytes = progressIn(
    run,
    'verify',
    'checking',
    files.reduce((sum, { size }) => sum + size, 0),
  );
  for (const { path, sha256 } of objects) {
    seen.objects++;
    const onRead = (bytes: number): void => {
      seen.bytes += bytes;
      onBytes(bytes);
    };
    const found = await hashFile(path, onRead).catch(ignoreUnreadable);
    if (found === sha256) whole.add(sha256);
    else if (found !== null) {
      damage.push(`${shortPath(path)} is damaged${await removed(path)}`);
    }
  }
  for (const [i, name] of names.entries()) {
    const path = join(store.records, name);
    const { record, flaw } = records[i]!;
    if (flaw === 'is of an earlier version') continue; // nobody reads it any more
    seen.records++;
    const lost = record?.files.filter(({ sha256 }) => sha256 !== '' && !whole.has(sha256)) ?? [];
    if (record && `${record.key}.json` === name && lost.length === 0) continue;
    if (!existsSync(path)) continue; // gone since, as by a gc
    const what = record
      ? `${record.made.stage} of ${record.made.started} has lost ${lost.length} of its files`
      : 'is damaged';
    damage.push(`${shortPath(path)} ${what}${await removed(path)}`);
  }
  for (const stage of pipeline.stages.keys()) {
    const { record, modified, irregular } = await workspace.standing(stage, Hashes.blank(), onBytes);
    if (irregular) damage.push(irregular.message);
    for (const path of modified)
      damage.push(
        `${shortPath(join(workspace.folder(stage), path))} is not what ${record!.made.stage} wrote`,
      );
  }
  return { ...seen, damage };
}

async function listObjects(folder: string): Promise<{ path: string; sha256: string; size: number }[]> {
  const shards = await readdir(folder).catch(() => []);
  const nested = shards.map(async (shard) => {
    const objects = (await readdir(join(folder, shard)).catch(() => [])).map(async (rest) => {
      const path = join(folder, shard, rest);
      const size = (await stat(path).catch(() => null))?.size ?? 0;
      return { path, sha256: shard + rest, size };
    });
    return Promise.all(objects);
  });
  return (await Promise.all(nested)).flat();
}

const removed = async (path: string): Promise<string> => ((await discard(path)) ? ': removed' : '');

/** What is missing has gone since, as by a gc; what cannot be read has no hash. */
const ignoreUnreadable = (error: NodeJS.ErrnoException): string | null =>
  error.code === 'ENOENT' ? null : '';
