/** Putting a result back from the store. */
import { rm } from 'node:fs/promises';
import type { Record } from './record.ts';
import { progressIn, type Run } from './run.ts';

/** Publishes what the store has for the key `id`; null where it has nothing whole. Needs the stage's lock. */
export async function restore(run: Run, stage: string, id: string): Promise<Record | null> {
  const { workspace, store, hashes, report } = run;
  const missed = (damage: string): null => {
    report({ type: 'note', stage, text: `${damage}: it will be made again` });
    return null;
  };
  const { record, damage: lost } = await store.lookup(id);
  if (!record) return lost === null ? null : missed(lost);
  const attempt = await workspace.createAttempt(stage);
  const total = record.files.reduce((sum, { size }) => sum + size, 0);
  const onBytes = progressIn(run, stage, 'restoring', total);
  onBytes(0);
  try {
    const damage = await store.restore(record, attempt, onBytes);
    if (damage !== null) return missed(damage);
    await workspace.publish(stage, attempt, record, hashes);
    return record;
  } finally {
    await rm(attempt, { recursive: true, force: true }); // gone where it was published
  }
}
