/** What the stages of one run share, and the key of a stage in it. */
import { readCode, type Code } from '../code/closure.ts';
import type { Pipeline, Stage } from '../config/stage-definition.ts';
import type { Hashes } from '../disk/hashes.ts';
import { computeKey, type Inputs, type Key } from '../key/key.ts';
import { readRecord, type StageRecord } from '../store/record.ts';
import type { Store } from '../store/store.ts';
import type { Workspace } from '../store/workspace.ts';
import type { Report } from './event.ts';
import { withProvenance } from './provenance.ts';

export interface RunContext {
  readonly pipeline: Pipeline;
  readonly workspace: Workspace;
  readonly store: Store;
  readonly hashes: Hashes;
  /** Stages to run even if fresh. */
  readonly forced: ReadonlySet<string>;
  /** Records of the stages that this run has brought up to date. */
  readonly settled: Map<string, StageRecord>;
  readonly report: Report;
  /** Saves the settings that the folder is made with. Called before anything is written there. */
  readonly remember: () => Promise<void>;
  /** Aborted with the name of a signal as reason. */
  readonly stop: AbortSignal;
  /** The code of each script as it was when first read; all runs that share this map use it. */
  readonly code: Map<string, Promise<Code>>;
  /** How many threads a stage may use; by default all cores. Its output does not depend on it. */
  readonly threads?: number | undefined;
}

/** The code of `stage` in this run. */
export function currentCode({ pipeline, store, hashes, code }: RunContext, stage: Stage): Promise<Code> {
  const known = code.get(stage.script);
  const found = known ?? readCode(pipeline, stage, store.root, hashes);
  if (!known) code.set(stage.script, found);
  return found;
}

/** The key of `stage` with these inputs. */
export async function currentKey(run: RunContext, stage: Stage, inputs: Inputs): Promise<Key> {
  const found = currentCode(run, stage);
  const note = (text: string): void => run.report({ type: 'note', stage: stage.name, text });
  const complete = withProvenance(stage, run.pipeline, (name) => recordOf(run, name));
  return computeKey(await complete, withoutAside(run.pipeline, inputs), await found, run.hashes, note);
}

/** The inputs without files that needed stages have declared to be aside. */
const withoutAside = ({ stages }: Pipeline, inputs: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([need, files]) => {
      const aside = stages.get(need)?.aside ?? [];
      return [need, files.filter(({ path }) => !aside.some((folder) => path.startsWith(folder)))];
    }),
  );

/** The record of the result in the folder of the stage `name`, from this run or an earlier one. */
const recordOf = async ({ settled, workspace }: RunContext, name: string): Promise<StageRecord | null> =>
  settled.get(name) ?? readRecord(workspace.besideStage(name, 'provenance.json'));
