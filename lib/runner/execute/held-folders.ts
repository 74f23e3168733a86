/** Keeps stage folders unchanged while they are read, as several runs may share one folder of artifacts. */
import { existsSync } from 'node:fs';
import { Failure } from '../../files/failure.ts';
import { shortPath } from '../../files/short-path.ts';
import { compareListings, type StoredFile } from '../disk/listing.ts';
import { lock, type Release } from '../disk/lock.ts';
import type { Inputs } from '../key/key.ts';
import { readRecord } from '../store/record.ts';
import { readFolderState } from './inputs.ts';
import { restore } from './restore.ts';
import type { RunContext } from './run-context.ts';

/**
 * Takes shared locks on stage folders, so that no other run replaces them while the stage `reader` reads them. If another
 * run with other params has already replaced one, restores it to `inputs`.
 */
export async function holdFolders(
  run: RunContext,
  reader: string,
  inputs: Inputs,
  find = findChanged,
): Promise<Release[]> {
  const waiting = { onWait: () => {}, signal: run.stop };
  const releases: Release[] = [];
  // Locks are taken in one order: a stage before those that it needs. So no two runs wait for each other.
  const names = [...run.pipeline.stages.keys()].reverse().filter((name) => name in inputs);
  const giveUp = async (): Promise<void> => {
    for (const release of releases.splice(0)) await release();
  };
  try {
    for (;;) {
      for (const name of names)
        releases.push(await lock(run.workspace.besideStage(name, 'lock'), 'shared', waiting));
      const changed = await find(run, reader, inputs);
      if (changed === undefined) return releases;
      await giveUp();
      await restoreInput(run, reader, changed, inputs[changed]!);
    }
  } catch (error) {
    await giveUp();
    throw error;
  }
}

/**
 * Called at the end of a run. If several runs with different params share one folder of artifacts, the last one to finish
 * puts its own results into all stage folders. Otherwise the folders of two stages could come from different runs.
 */
export async function ownFolders(run: RunContext): Promise<void> {
  const left = [...run.settled].map(([name, { files }]) => [name, files] as const);
  const last = left.at(-1);
  const all = Object.fromEntries(left);
  // A run that replaces a folder after this check has not ended, and will check again after us.
  if (!last || (await findReplaced(run, last[0], all)) === undefined) return;
  const releases = await holdFolders(run, last[0], all, findReplaced);
  for (const release of releases) await release();
}

/** A stage whose folder another run has replaced. That run replaced the record, too, so only the record is read. */
async function findReplaced(run: RunContext, _reader: string, inputs: Inputs): Promise<string | undefined> {
  for (const [name, files] of Object.entries(inputs)) {
    const record = await readRecord(run.workspace.besideStage(name, 'provenance.json'));
    if (!existsSync(run.workspace.folder(name))) return name;
    if (compareListings(files, record?.files ?? []).length > 0) return name;
  }
  return undefined;
}

/** A needed stage whose folder does not hold `inputs`. */
async function findChanged(run: RunContext, reader: string, inputs: Inputs): Promise<string | undefined> {
  for (const [need, files] of Object.entries(inputs))
    if (compareListings(files, (await readFolderState(run, need, reader)).files ?? []).length > 0)
      return need;
  return undefined;
}

async function restoreInput(
  run: RunContext,
  reader: string,
  need: string,
  files: readonly StoredFile[],
): Promise<void> {
  const release = await lock(run.workspace.besideStage(need, 'lock'), 'exclusive', {
    onWait: () => {},
    signal: run.stop,
  });
  try {
    const state = await readFolderState(run, need, reader);
    if (compareListings(files, state.files ?? []).length === 0) return;
    const record = run.settled.get(need);
    if (record && (await restore(run, need, record.key, ['its folder was changed by another run'], () => {})))
      return;
    throw new Failure(
      `${shortPath(run.workspace.folder(need))} was changed during this run`,
      'run the pipeline again',
    );
  } finally {
    await release();
  }
}
