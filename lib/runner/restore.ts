/** Putting a result back from the store. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Record } from './record.ts';
import { progressIn, type Run } from './run.ts';

/**
 * Publishes what the store has for the key `id`; null where it has nothing whole, and then `onDamage` gets what is wrong
 * with what it has. Needs the stage's lock; nothing is written to the store, which may be read-only.
 */
export async function restore(
  run: Run,
  stage: string,
  id: string,
  onDamage: (damage: string) => void,
): Promise<Record | null> {
  const { workspace, store, hashes } = run;
  const { record, damage: lost } = await store.lookup(id);
  if (lost !== null) onDamage(lost);
  if (!record) return null;
  const attempt = await workspace.createAttempt(stage);
  const total = record.files.reduce((sum, { size }) => sum + size, 0);
  const onBytes = progressIn(run, stage, 'restoring', total);
  onBytes(0);
  try {
    const damage = await store.restore(record, attempt, onBytes);
    if (damage !== null) return (onDamage(damage), null);
    await workspace.publish(stage, attempt, record, hashes);
    return record;
  } finally {
    if (existsSync(attempt)) await rm(attempt, { recursive: true, force: true });
  }
}
