/** Plans what a run would do, for `status` and `--dry-run`. */
import { Failure } from '../../files/failure.ts';
import { holder } from '../disk/lock.ts';
import type { Owner } from '../disk/owner.ts';
import { compareKeys, hashKey } from '../key/key.ts';
import { reasons } from './freshness.ts';
import { readInputs, readFolderState } from './inputs.ts';
import { currentKey, type RunContext } from './run-context.ts';

export interface Plan {
  readonly stage: string;
  /**
   * `follow`: a stage it needs will run; this one must run only if that changes the bytes of its inputs.
   * `missing`: a folder it needs does not exist, and this run will not make it.
   */
  readonly action: 'fresh' | 'restore' | 'run' | 'follow' | 'missing';
  readonly why: readonly string[];
  /** Whether its folder exists. */
  readonly exists: boolean;
  /** The process that works on it now. */
  readonly running: Owner | null;
}

/** Plans the chosen stages, in order. Changes nothing, but remembers hashes. */
export async function planStages(run: RunContext, chosen: ReadonlySet<string>): Promise<Plan[]> {
  const plans: Plan[] = [];
  const unknown = new Set<string>();
  for (const stage of run.pipeline.stages.values()) {
    const { name } = stage;
    if (!chosen.has(name)) continue;
    const state = await readFolderState(run, name);
    const running = await holder(run.workspace.besideStage(name, 'lock'), 'shared');
    const add = (action: Plan['action'], why: readonly string[]): void => {
      plans.push({
        stage: name,
        action,
        why,
        exists: state.files !== null || state.irregular !== null,
        running,
      });
      if (action !== 'fresh' && action !== 'restore') unknown.add(name);
    };
    const awaited = stage.needs.filter((need) => unknown.has(need));
    if (awaited.length > 0) {
      const { record } = state;
      const own = record && compareKeys({ ...record.fields, inputs: {} }, await currentKey(run, stage, {}));
      add('follow', [...(own ?? []), ...awaited.map((need) => `needs ${need}`)]);
      continue;
    }
    try {
      const key = await currentKey(run, stage, await readInputs(run, stage));
      const why = run.forced.has(name) ? ['forced'] : reasons(state, key);
      const stored = why.length === 0 || run.forced.has(name) ? null : await run.store.lookup(hashKey(key));
      const record = why.length === 0 ? state.record : stored?.record;
      if (record) run.settled.set(name, record);
      add(why.length === 0 ? 'fresh' : record ? 'restore' : 'run', why);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      add('missing', [error.message]);
    }
  }
  return plans;
}
