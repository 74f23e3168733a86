/** Reads every stored byte and every stage folder, and trusts no remembered hash. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFile, Hashes } from './hashes.ts';
import { shortPath } from './pipeline.ts';
import { readRecord } from './record.ts';
import type { Run } from './run.ts';

export interface Verdict {
  readonly objects: number;
  readonly bytes: number;
  readonly records: number;
  /** What is not as it should be, a sentence each. */
  readonly damage: readonly string[];
}

/** Damaged objects and records are removed, so that what they belong to is made again; stage folders are left alone. */
export async function verifyAll({ store, workspace, pipeline }: Run): Promise<Verdict> {
  const damage: string[] = [];
  const seen = { objects: 0, bytes: 0, records: 0 };
  const whole = new Set<string>();
  // Before the objects: a run beside us writes a record when all its objects are there.
  const names = (await readdir(store.records).catch(() => [])).filter((name) => /^[^.].*\.json$/.test(name));
  const records = await Promise.all(names.map((name) => readRecord(join(store.records, name))));
  for (const shard of await readdir(store.objects).catch(() => []))
    for (const rest of await readdir(join(store.objects, shard))) {
      const path = join(store.objects, shard, rest);
      seen.objects++;
      if ((await hashFile(path, (bytes) => (seen.bytes += bytes))) === shard + rest) whole.add(shard + rest);
      else {
        damage.push(`${shortPath(path)} is damaged: removed`);
        await rm(path, { force: true });
      }
    }
  for (const [i, name] of names.entries()) {
    const path = join(store.records, name);
    const record = records[i];
    seen.records++;
    const lost = record?.files.filter(({ sha256 }) => sha256 !== '' && !whole.has(sha256)) ?? [];
    if (record && `${record.key}.json` === name && lost.length === 0) continue;
    const what = record
      ? `${record.made.stage} of ${record.made.started} has lost ${lost.length} of its files`
      : 'is damaged';
    damage.push(`${shortPath(path)} ${what}: removed`);
    await rm(path, { force: true });
  }
  for (const stage of pipeline.stages.keys()) {
    const { record, modified } = await workspace.standing(stage, Hashes.blank());
    for (const path of modified)
      damage.push(
        `${shortPath(join(workspace.folder(stage), path))} is not what ${record!.made.stage} wrote`,
      );
  }
  return { ...seen, damage };
}
