/** What a stage reads: the folders of its needs, as this run left them. */
import { Failure } from '../../files/failure.ts';
import { shortPath } from '../../files/short-path.ts';
import type { Stage } from '../config/stage-definition.ts';
import type { StoredFile } from '../disk/listing.ts';
import type { Inputs } from '../key/key.ts';
import type { Standing } from '../store/workspace.ts';
import { progressIn } from './event.ts';
import type { RunContext } from './run-context.ts';

/** What stands in the folder of `stage`; shows the bytes read as progress of the stage `reader`. */
export function checkStanding(run: RunContext, stage: string, reader: string = stage): Promise<Standing> {
  return run.workspace.standing(stage, run.hashes, progressIn(run, reader, 'checking', 0));
}

/** The files of every needed stage: as this run left them, or as they stand where this run leaves them alone. */
export async function readInputs(run: RunContext, { name, needs }: Stage): Promise<Inputs> {
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
