/** What a stage reads: the folders of its needs, as this run left them. */
import { existsSync } from 'node:fs';
import { Failure } from '../files/failure.ts';
import { shortPath } from '../files/short-path.ts';
import type { Inputs } from './key.ts';
import { compareListings, type StoredFile } from './listing.ts';
import { lock, type Release } from './lock.ts';
import type { Stage } from './pipeline.ts';
import { readRecord } from './record.ts';
import { restore } from './restore.ts';
import { progressIn, type Run } from './run.ts';
import type { Standing } from './workspace.ts';

/** What stands in the folder of `stage`; shows the bytes read as progress of the stage `reader`. */
export function checkStanding(run: Run, stage: string, reader: string = stage): Promise<Standing> {
  return run.workspace.standing(stage, run.hashes, progressIn(run, reader, 'checking', 0));
}

/** The files of every needed stage: as this run left them, or as they stand where this run leaves them alone. */
export async function readInputs(run: Run, { name, needs }: Stage): Promise<Inputs> {
  const inputs: { [need: string]: readonly StoredFile[] } = {};
  for (const need of needs) {
    const settled = run.settled.get(need)?.files;
    const standing = settled ? null : await checkStanding(run, need, name);
    if (standing?.irregular) throw standing.irregular;
    const files = settled ?? standing?.files;
    if (!files)
      throw new Failure(
        `${shortPath(run.workspace.folder(need))} is missing`,
        `run \`npm run pipeline -- ${need}\` first`,
      );
    inputs[need] = files;
  }
  return inputs;
}

/**
 * Takes shared locks on stage folders, so that no other run replaces them while `reader` reads, and makes sure that they
 * hold `inputs`. What another run with other params has put there in the meantime is replaced again.
 */
export async function holdFolders(
  run: Run,
  reader: string,
  inputs: Inputs,
  find = findChanged,
): Promise<Release[]> {
  const waiting = { onWait: () => {}, signal: run.stop };
  const releases: Release[] = [];
  // A stage before those that it needs: who holds a lock waits only for ones further down, so no two for each other.
  const names = [...run.pipeline.stages.keys()].reverse().filter((name) => name in inputs);
  const giveUp = async (): Promise<void> => {
    for (const release of releases.splice(0)) await release();
  };
  try {
    for (;;) {
      for (const name of names) releases.push(await lock(run.workspace.run(name, 'lock'), 'shared', waiting));
      const changed = await find(run, reader, inputs);
      if (changed === undefined) return releases;
      await giveUp();
      await bringBack(run, reader, changed, inputs[changed]!);
    }
  } catch (error) {
    await giveUp();
    throw error;
  }
}

/**
 * At the end of a run: of several runs with different params in one artifacts folder, the last to finish owns it whole.
 * Without this, the folder of one stage could be of this run and that of the next one of another.
 */
export async function ownFolders(run: Run): Promise<void> {
  const left = [...run.settled].map(([name, { files }]) => [name, files] as const);
  const last = left.at(-1);
  const all = Object.fromEntries(left);
  // Who replaces a folder after this look is not at its end: it looks again, after us.
  if (!last || (await findReplaced(run, last[0], all)) === undefined) return;
  const releases = await holdFolders(run, last[0], all, findReplaced);
  for (const release of releases) await release();
}

/** A stage whose folder another run has replaced: it replaces the record, too, so that no file need be read. */
async function findReplaced(run: Run, _reader: string, inputs: Inputs): Promise<string | undefined> {
  for (const [name, files] of Object.entries(inputs)) {
    const record = await readRecord(run.workspace.run(name, 'provenance.json'));
    if (!existsSync(run.workspace.folder(name))) return name;
    if (compareListings(files, record?.files ?? []).length > 0) return name;
  }
  return undefined;
}

/** A need whose folder does not hold `inputs`. */
async function findChanged(run: Run, reader: string, inputs: Inputs): Promise<string | undefined> {
  for (const [need, files] of Object.entries(inputs))
    if (compareListings(files, (await checkStanding(run, need, reader)).files ?? []).length > 0) return need;
  return undefined;
}

async function bringBack(
  run: Run,
  reader: string,
  need: string,
  files: readonly StoredFile[],
): Promise<void> {
  const release = await lock(run.workspace.run(need, 'lock'), 'exclusive', {
    onWait: () => {},
    signal: run.stop,
  });
  try {
    const standing = await checkStanding(run, need, reader);
    if (compareListings(files, standing.files ?? []).length === 0) return;
    const record = run.settled.get(need);
    if (record && (await restore(run, need, record.key, () => {}))) return;
    throw new Failure(
      `${shortPath(run.workspace.folder(need))} was changed during this run`,
      'run the pipeline again',
    );
  } finally {
    await release();
  }
}
