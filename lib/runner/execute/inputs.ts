/** The inputs of a stage: the folders of the stages it needs. */
import { Failure } from '../../files/failure.ts';
import { shortPath } from '../../files/short-path.ts';
import type { Stage } from '../config/stage-definition.ts';
import type { StoredFile } from '../disk/listing.ts';
import type { Inputs } from '../key/key.ts';
import type { FolderState } from '../store/workspace.ts';
import { progressIn } from './event.ts';
import type { RunContext } from './run-context.ts';

/** The state of the folder of `stage`. The bytes read are shown as progress of the stage `reader`. */
export function readFolderState(
  run: RunContext,
  stage: string,
  reader: string = stage,
): Promise<FolderState> {
  return run.workspace.readState(stage, run.hashes, progressIn(run, reader, 'checking', 0));
}

/** The files of every needed stage: as this run made them, or as found if this run leaves that stage alone. */
export async function readInputs(run: RunContext, { name, needs }: Stage): Promise<Inputs> {
  const inputs: { [need: string]: readonly StoredFile[] } = {};
  for (const need of needs) {
    const settled = run.settled.get(need)?.files;
    const state = settled ? null : await readFolderState(run, need, name);
    if (state?.irregular) throw state.irregular;
    const files = settled ?? state?.files;
    if (!files)
      throw new Failure(
        `${shortPath(run.workspace.folder(need))} is missing`,
        `run \`npm run pipeline -- ${need}\` first`,
      );
    inputs[need] = files;
  }
  return inputs;
}
