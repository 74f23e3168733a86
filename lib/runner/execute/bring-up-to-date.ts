/** Brings one stage up to date: leaves it alone if it is fresh, otherwise restores or runs it. */
import type { Stage } from '../config/stage-definition.ts';
import { holder } from '../disk/lock.ts';
import { progressIn } from './event.ts';
import { reasons } from './freshness.ts';
import { readFolderState, readInputs } from './inputs.ts';
import { fresh, type Result } from './result.ts';
import { currentKey, type RunContext } from './run-context.ts';

/** Throws a Failure, or the reason of the stop signal. */
export async function bringUpToDate(run: RunContext, stage: Stage): Promise<Result> {
  progressIn(run, stage.name, 'checking', 0)(0); // a key may take long, for example if a compiler has to run
  const inputs = await readInputs(run, stage);
  const key = await currentKey(run, stage, inputs);
  const isForced = run.forced.has(stage.name);
  const first = await readFolderState(run, stage.name);
  if (!isForced && reasons(first, key).length === 0 && !(await isAbandoned(run, stage.name)))
    return fresh(first.record!);

  const { restoreOrRun } = await import('./restore-or-run.ts'); // a run with nothing to do does not need it
  return restoreOrRun(run, stage, inputs, key);
}

/** Whether a killed run has left files beside the stage folder. */
async function isAbandoned({ workspace }: RunContext, stage: string): Promise<boolean> {
  if ((await workspace.leftovers(stage)).length === 0) return false;
  return (await holder(workspace.besideStage(stage, 'lock'), 'exclusive')) === null;
}
