/** Reads every stored byte and every stage folder, without remembered hashes. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shortPath } from '../../files/short-path.ts';
import { discard } from '../../files/whole-file.ts';
import { hashFile, Hashes } from '../disk/hashes.ts';
import type { Pipeline } from '../config/stage-definition.ts';
import { progressIn, type Report } from '../execute/event.ts';
import { examineRecord, readRecord } from '../store/record.ts';
import type { Store } from '../store/store.ts';
import type { Workspace } from '../store/workspace.ts';

/** What to read, and where to report progress. */
interface Verified {
  readonly pipeline: Pipeline;
  readonly workspace: Workspace;
  readonly store: Store;
  readonly report: Report;
}

export interface Verdict {
  readonly objects: number;
  readonly bytes: number;
  readonly records: number;
  /** A sentence for each thing that is wrong. */
  readonly damage: readonly string[];
}

/**
 * Removes damaged objects and records, so that their results are made again. Leaves stage folders alone. Progress is
 * reported under the name `verify`, as the store belongs to no stage.
 */
export async function verifyAll(run: Verified): Promise<Verdict> {
  const { store, workspace, pipeline } = run;
  const damage: string[] = [];
  const seen = { objects: 0, bytes: 0, records: 0 };
  const whole = new Set<string>();
  // Records are listed before objects: a run beside us writes a record only after all its objects.
  const names = (await readdir(store.records).catch(() => [])).filter((name) => /^[^.].*\.json$/.test(name));
  const records = await Promise.all(names.map((name) => examineRecord(join(store.records, name))));
  const objects = await listObjects(store.objects);
  const left = [...pipeline.stages.keys()].map((stage) =>
    readRecord(workspace.besideStage(stage, 'provenance.json')),
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
    if (flaw === 'is of an earlier version') continue; // it is never read
    seen.records++;
    const lost = record?.files.filter(({ sha256 }) => sha256 !== '' && !whole.has(sha256)) ?? [];
    if (record && `${record.key}.json` === name && lost.length === 0) continue;
    if (!existsSync(path)) continue; // removed since, for example by gc
    const what = record
      ? `${record.circumstances.stage} of ${record.circumstances.started} has lost ${lost.length} of its files`
      : 'is damaged';
    damage.push(`${shortPath(path)} ${what}${await removed(path)}`);
  }
  for (const stage of pipeline.stages.keys()) {
    const { record, modified, irregular } = await workspace.readState(stage, Hashes.blank(), onBytes);
    if (irregular) damage.push(irregular.message);
    for (const path of modified)
      damage.push(
        `${shortPath(join(workspace.folder(stage), path))} is not what ${record!.circumstances.stage} wrote`,
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

/** In place of a hash: null for a file that was removed meanwhile, for example by gc; '' for one that cannot be read. */
const ignoreUnreadable = (error: NodeJS.ErrnoException): string | null =>
  error.code === 'ENOENT' ? null : '';
