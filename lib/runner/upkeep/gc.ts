/**
 * Drops results that the last runs do not need. It may run beside another run: files younger than an hour stay, and an
 * object that is removed too early costs a run again, but never gives a wrong result.
 */
import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporary } from '../../files/whole-file.ts';
import { holder } from '../disk/lock.ts';
import { readRecord, type StageRecord } from '../store/record.ts';
import type { Store } from '../store/store.ts';
import type { Workspace } from '../store/workspace.ts';

const YOUNG_MS = 3_600_000;
/** How long files are kept from which a stopped stage can go on. */
const RESUMABLE_MS = 30 * 24 * YOUNG_MS;
/** How deep runs may lie below `artifacts/`: `artifacts/sweeps/<name>/<point>`. */
const DEEPEST = 3;

export interface Dropped {
  readonly records: number;
  readonly objects: number;
  readonly bytes: number;
}

/** Keeps the newest `keep` results of each stage, and those in stage folders in and below `artifacts/`. */
export async function collectGarbage(
  { store, workspace }: { readonly store: Store; readonly workspace: Workspace },
  keep: number,
  dryRun: boolean,
): Promise<Dropped> {
  const kept = new Set<string>(await keysInFolders(workspace.root, DEEPEST));
  const { known, useless } = await readRecords(store.records);
  const newest = known.sort((x, y) => (x.circumstances.started < y.circumstances.started ? 1 : -1));
  const counts = new Map<string, number>();
  for (const { key, circumstances } of newest) {
    const count = counts.get(circumstances.stage) ?? 0;
    if (count < keep) kept.add(key);
    counts.set(circumstances.stage, count + 1);
  }
  const dropped = { records: 0, objects: 0, bytes: 0 };
  const drop = async (path: string, count: 'records' | 'objects'): Promise<boolean> => {
    const found = await lstat(path).catch(() => null);
    if (!found || Date.now() - found.mtimeMs < YOUNG_MS) return false;
    if (!dryRun) await rm(path, { recursive: true, force: true });
    dropped[count]++;
    dropped.bytes += found.size;
    return true;
  };
  const used = new Set<string>();
  for (const { key, files } of known) {
    const isGone = !kept.has(key) && (await drop(store.record(key), 'records'));
    if (!isGone) for (const { sha256 } of files) used.add(sha256);
  }
  for (const path of useless) await drop(path, 'records');
  for (const shard of await readdir(store.objects).catch(() => []))
    for (const rest of await readdir(join(store.objects, shard)).catch(() => []))
      if (!used.has(shard + rest)) await drop(join(store.objects, shard, rest), 'objects');
  if (!dryRun) await removeAbandoned(store.root);
  return dropped;
}

/** Keys of the results in stage folders of `root` and of the workspaces below it. */
async function keysInFolders(root: string, levels: number): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const keys: string[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if (name !== '.runs') {
      if (levels > 0) keys.push(...(await keysInFolders(join(root, name), levels - 1)));
      continue;
    }
    for (const stage of await readdir(join(root, name)).catch(() => [])) {
      const record = await readRecord(join(root, name, stage, 'provenance.json'));
      if (record) keys.push(record.key);
    }
  }
  return keys;
}

/** All good records, and the paths of those that are damaged or of an earlier version. */
async function readRecords(folder: string): Promise<{ known: StageRecord[]; useless: string[] }> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !isTemporary(name));
  const records = await Promise.all(names.map((name) => readRecord(join(folder, name))));
  const isKnown = (i: number): boolean => names[i] === `${records[i]?.key}.json`;
  return {
    known: records.filter((record, i): record is StageRecord => record !== null && isKnown(i)),
    useless: names.filter((_, i) => !isKnown(i)).map((name) => join(folder, name)),
  };
}

/** Removes what stopped stages left and texts, if untouched for a month, and locks that nobody holds. */
async function removeAbandoned(root: string): Promise<void> {
  for (const folder of ['resume', 'code'])
    for (const name of await readdir(join(root, folder)).catch(() => [])) {
      const path = join(root, folder, name);
      const found = await stat(path).catch(() => null);
      if (found && Date.now() - found.mtimeMs > RESUMABLE_MS)
        await rm(path, { recursive: true, force: true });
    }
  for (const name of await readdir(join(root, 'locks')).catch(() => []))
    await holder(join(root, 'locks', name), 'exclusive');
}
