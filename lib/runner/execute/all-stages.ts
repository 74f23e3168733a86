/** Runs the chosen stages, side by side if they do not need each other. */
import { describeFailure } from '../../files/failure.ts';
import { ConfigurationError } from '../../files/problem.ts';
import type { Stage } from '../config/stage-definition.ts';
import { bringUpToDate } from './bring-up-to-date.ts';
import type { Outcome } from './event.ts';
import type { RunContext } from './run-context.ts';

/**
 * Brings the chosen stages up to date, `jobs` at a time; returns whether all went well. After a failure no further stage
 * begins, unless `keepGoing`; a stage that needs a failed one is always skipped. Throws a ConfigurationError if installed
 * packages are not those of the lock file.
 */
export async function runAllStages(
  run: RunContext,
  chosen: ReadonlySet<string>,
  { jobs, keepGoing }: { jobs: number; keepGoing: boolean },
): Promise<boolean> {
  const slots = new Slots(jobs);
  /** For each stage, the name of the stage whose failure stops it; null if it is done. */
  const results = new Map<string, Promise<string | null>>();
  let firstFailed: string | null = null;
  let refused: ConfigurationError | undefined;
  let changed = false;

  const settle = async (stage: Stage): Promise<string | null> => {
    const { name } = stage;
    const culprits = await Promise.all(stage.needs.map((need) => results.get(need) ?? Promise.resolve(null)));
    await slots.take();
    const started = performance.now();
    const end = (outcome: Outcome, why: readonly string[], detail: readonly string[] = []): void =>
      run.report({
        type: 'end',
        stage: name,
        outcome,
        seconds: (performance.now() - started) / 1000,
        why,
        detail,
      });
    try {
      const culprit = culprits.find((each) => each !== null) ?? (keepGoing && !refused ? null : firstFailed);
      if (run.stop.aborted) end('skipped', [`stopped by ${String(run.stop.reason)}`]);
      else if (culprit !== null) end('skipped', [`${culprit} failed`]);
      if (run.stop.aborted || culprit !== null) return culprit ?? name;
      const { outcome, record, why, detail } = await bringUpToDate(run, stage);
      run.settled.set(name, record);
      changed ||= outcome !== 'fresh';
      end(outcome, why, detail);
      return null;
    } catch (error) {
      firstFailed ??= name;
      if (error instanceof ConfigurationError) {
        refused ??= error;
        return name;
      }
      end(
        'failed',
        [],
        run.stop.aborted ? [`stopped by ${String(run.stop.reason)}`] : describeFailure(error),
      );
      return name;
    } finally {
      slots.release();
    }
  };
  for (const stage of run.pipeline.stages.values())
    if (chosen.has(stage.name)) results.set(stage.name, settle(stage));
  const fine = (await Promise.all(results.values())).every((culprit) => culprit === null);
  if (refused) throw refused;
  // The folder now matches these settings, even if an earlier run made all of it. If they cannot be written, this run has
  // not written anything else there either.
  if (fine) await run.remember().catch(() => {});
  if (!fine || !changed) return fine;
  try {
    const { ownFolders } = await import('./held-folders.ts');
    await ownFolders(run);
    return true;
  } catch (error) {
    const [stage = ''] = [...run.settled.keys()].slice(-1);
    run.report({ type: 'note', stage, text: describeFailure(error).join(': ') });
    return false;
  }
}

/** Lets at most `free` tasks run at a time, in the order in which they came. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
