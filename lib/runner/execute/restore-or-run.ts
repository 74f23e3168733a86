/**
 * Restores or runs a stage that is not fresh. The cache cannot hold a wrong result because of the order of steps: lock,
 * check again, look up, make a private folder, run, compute the key again, hash, store, publish. After a crash at any
 * point there is the old folder or none, and the next run restores or runs again what is missing.
 */
import { join } from 'node:path';
import type { Stage } from '../config/stage-definition.ts';
import { lock, type Mode, type Release } from '../disk/lock.ts';
import type { Owner } from '../disk/owner.ts';
import { hashKey, type Inputs, type Key } from '../key/key.ts';
import type { StageRecord } from '../store/record.ts';
import { attempt, endOrphanOf, forgetAttempts, tidyStage, wasAttempted } from './attempt.ts';
import { reasons } from './freshness.ts';
import { holdFolders } from './held-folders.ts';
import { readFolderState } from './inputs.ts';
import { restore } from './restore.ts';
import { fresh, type Result } from './result.ts';
import type { RunContext } from './run-context.ts';

/** Throws a Failure, or the reason of the stop signal. */
export async function restoreOrRun(run: RunContext, stage: Stage, inputs: Inputs, key: Key): Promise<Result> {
  const { workspace, store, report, stop } = run;
  const isForced = run.forced.has(stage.name);
  await workspace.claim(stage.name);
  const releases: Release[] = [];
  const hold = async (folder: string, mode: Mode, what: string): Promise<void> => {
    const onWait = ({ pid, host }: Owner): void =>
      report({
        type: 'note',
        stage: stage.name,
        text: `waiting for process ${pid} on ${host}, which ${what}`,
      });
    releases.push(await lock(folder, mode, { onWait, signal: stop }));
  };
  try {
    await hold(workspace.besideStage(stage.name, 'lock'), 'exclusive', 'is working on this stage');
    await tidyStage(run, stage.name);
    const state = await readFolderState(run, stage.name);
    const why = isForced ? ['forced'] : reasons(state, key);
    if (why.length === 0) return fresh(state.record!);
    await run.remember();
    report({ type: 'begin', stage: stage.name, why });
    const id = hashKey(key);
    const onDamage = (damage: string): void =>
      report({ type: 'note', stage: stage.name, text: `${damage}: it will be made again` });
    const holdKey = async (): Promise<void> => {
      await hold(join(store.root, 'locks', id), 'exclusive', 'is making the same result');
      await endOrphanOf(run, id);
    };
    const done = (record: StageRecord): Result => ({ outcome: 'restored', record, why, detail: [] });
    // The first try is without the lock of the key, as a read-only cache allows no lock.
    const known = isForced ? null : await restore(run, stage.name, id, why, () => {});
    if (known && wasAttempted(run, id))
      await holdKey().then(
        () => forgetAttempts(run, id),
        () => {},
      );
    if (known) return done(known);
    await holdKey();
    const restored = isForced ? null : await restore(run, stage.name, id, why, onDamage);
    if (restored) await forgetAttempts(run, id);
    if (restored) return done(restored);
    releases.push(...(await holdFolders(run, stage.name, inputs)));
    const { record, detail } = await attempt(run, stage, inputs, key, why);
    return { outcome: 'ran', record, why, detail };
  } finally {
    for (const release of releases.reverse()) await release();
  }
}
