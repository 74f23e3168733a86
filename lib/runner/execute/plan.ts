/** What a run would do, without doing it: for `status` and `--dry-run`. */
import { Failure } from '../../files/failure.ts';
import { holder } from '../disk/lock.ts';
import type { Owner } from '../disk/owner.ts';
import { compareKeys, hashKey } from '../key/key.ts';
import { reasons } from './freshness.ts';
import { readInputs, checkStanding } from './inputs.ts';
import { currentKey, type RunContext } from './run-context.ts';

export interface Plan {
  readonly stage: string;
  /**
   * `follow`: something it needs will run; whether its bytes change, and so whether this must run, is not yet known.
   * `missing`: a folder that it needs is not there and will not be made.
   */
  readonly action: 'fresh' | 'restore' | 'run' | 'follow' | 'missing';
  readonly why: readonly string[];
  /** Whether its folder is there at all. */
  readonly exists: boolean;
  /** Who works on it now. */
  readonly running: Owner | null;
}

/** Plans `chosen`, in order. Leaves everything as it is, but remembers hashes. */
export async function planStages(run: RunContext, chosen: ReadonlySet<string>): Promise<Plan[]> {
  const plans: Plan[] = [];
  const unknown = new Set<string>();
  for (const stage of run.pipeline.stages.values()) {
    const { name } = stage;
    if (!chosen.has(name)) continue;
    const standing = await checkStanding(run, name);
    const running = await holder(run.workspace.besideStage(name, 'lock'), 'shared');
    const add = (action: Plan['action'], why: readonly string[]): void => {
      plans.push({
        stage: name,
        action,
        why,
        exists: standing.files !== null || standing.irregular !== null,
        running,
      });
      if (action !== 'fresh' && action !== 'restore') unknown.add(name);
    };
    const awaited = stage.needs.filter((need) => unknown.has(need));
    if (awaited.length > 0) {
      const { record } = standing;
      const own = record && compareKeys({ ...record.fields, inputs: {} }, await currentKey(run, stage, {}));
      add('follow', [...(own ?? []), ...awaited.map((need) => `needs ${need}`)]);
      continue;
    }
    try {
      const key = await currentKey(run, stage, await readInputs(run, stage));
      const why = run.forced.has(name) ? ['forced'] : reasons(standing, key);
      const stored = why.length === 0 || run.forced.has(name) ? null : await run.store.lookup(hashKey(key));
      const record = why.length === 0 ? standing.record : stored?.record;
      if (record) run.settled.set(name, record);
      add(why.length === 0 ? 'fresh' : record ? 'restore' : 'run', why);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      add('missing', [error.message]);
    }
  }
  return plans;
}
