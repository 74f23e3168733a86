/**
 * One stage: left alone, restored or run. The order of things is that of a cache that cannot lie: lock, key, look up,
 * private attempt, run, key again, hash, store, publish. A crash at any point leaves the old folder or none, and
 * whatever is missing is restored or run again by the next run.
 */
import { join } from 'node:path';
import { endOrphanOf, forgetAttempts, runStage, tidyStage, wasAttempted } from './attempt.ts';
import type { Outcome } from './event.ts';
import { checkStanding, holdFolders, readInputs } from './inputs.ts';
import { hashKey } from './key.ts';
import { holder, lock, type Mode, type Release } from './lock.ts';
import type { Stage } from './pipeline.ts';
import type { Owner } from './owner.ts';
import type { Record } from './record.ts';
import { restore } from './restore.ts';
import { currentKey, progressIn, type Run } from './run.ts';
import { reasons } from './stale.ts';

export interface Result {
  readonly outcome: Exclude<Outcome, 'failed' | 'skipped'>;
  readonly record: Record;
  readonly why: readonly string[];
  readonly detail: readonly string[];
}

/** Brings the folder of `stage` up to date. Throws a Failure, or the stop signal's reason. */
export async function makeStage(run: Run, stage: Stage): Promise<Result> {
  const { workspace, store, report, stop } = run;
  progressIn(run, stage.name, 'checking', 0)(0); // a key may take its time, as where a compiler must run
  const inputs = await readInputs(run, stage);
  const key = await currentKey(run, stage, inputs);
  const isForced = run.forced.has(stage.name);
  const first = await checkStanding(run, stage.name);
  if (!isForced && reasons(first, key).length === 0 && !(await isAbandoned(run, stage.name)))
    return fresh(first.record!);

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
    await hold(workspace.run(stage.name, 'lock'), 'exclusive', 'is working on this stage');
    await tidyStage(run, stage.name);
    const standing = await checkStanding(run, stage.name);
    const why = isForced ? ['forced'] : reasons(standing, key);
    if (why.length === 0) return fresh(standing.record!);
    await run.remember?.();
    report({ type: 'begin', stage: stage.name, why });
    const id = hashKey(key);
    const onDamage = (damage: string): void =>
      report({ type: 'note', stage: stage.name, text: `${damage}: it will be made again` });
    const holdKey = async (): Promise<void> => {
      await hold(join(store.root, 'locks', id), 'exclusive', 'is making the same result');
      await endOrphanOf(run, id);
    };
    const done = (record: Record): Result => ({ outcome: 'restored', record, why, detail: [] });
    // First without the key's lock, which cannot be had where the cache is read-only; nor can anything be tidied there.
    const known = isForced ? null : await restore(run, stage.name, id, () => {});
    if (known && wasAttempted(run, id))
      await holdKey().then(
        () => forgetAttempts(run, id),
        () => {},
      );
    if (known) return done(known);
    await holdKey();
    const restored = isForced ? null : await restore(run, stage.name, id, onDamage);
    if (restored) await forgetAttempts(run, id);
    if (restored) return done(restored);
    releases.push(...(await holdFolders(run, stage.name, inputs)));
    const { record, detail } = await runStage(run, stage, inputs, key);
    return { outcome: 'ran', record, why, detail };
  } finally {
    for (const release of releases.reverse()) await release();
  }
}

/** Whether a killed run left something beside the stage folder. */
async function isAbandoned({ workspace }: Run, stage: string): Promise<boolean> {
  if ((await workspace.leftovers(stage)).length === 0) return false;
  return (await holder(workspace.run(stage, 'lock'), 'exclusive')) === null;
}

const fresh = (record: Record): Result => ({ outcome: 'fresh', record, why: [], detail: [] });
