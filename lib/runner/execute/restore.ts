/** Restores a result from the store. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { StageRecord } from '../store/record.ts';
import { progressIn } from './event.ts';
import type { RunContext } from './run-context.ts';

/**
 * Publishes the result that the store has for the key `id`. Returns null if it has none or a damaged one, and calls
 * `onDamage` for that. Needs the lock of the stage. Writes nothing to the store, which may be read-only.
 */
export async function restore(
  run: RunContext,
  stage: string,
  id: string,
  why: readonly string[],
  onDamage: (damage: string) => void,
): Promise<StageRecord | null> {
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
    await workspace.publish(stage, attempt, { ...record, arrival: { outcome: 'restored', why } }, hashes);
    return record;
  } finally {
    if (existsSync(attempt)) await rm(attempt, { recursive: true, force: true });
  }
}
