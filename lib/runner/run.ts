/** A run of the pipeline: the chosen stages, side by side where they do not need each other. */
import { describeFailure } from '../files/failure.ts';
import { ConfigurationError } from '../files/problem.ts';
import type { Event, Outcome, Report } from './event.ts';
import type { Hashes } from './hashes.ts';
import { ownFolders } from './inputs.ts';
import { computeKey, readCode, type Code, type Inputs, type Key } from './key.ts';
import { makeStage } from './make.ts';
import type { Pipeline, Stage } from './pipeline.ts';
import { tellStage } from './provenance.ts';
import type { Record } from './record.ts';
import type { Store } from './store.ts';
import type { Workspace } from './workspace.ts';

/** What the stages of one run share. */
export interface Run {
  readonly pipeline: Pipeline;
  readonly workspace: Workspace;
  readonly store: Store;
  readonly hashes: Hashes;
  /** Stages to run even if fresh. */
  readonly forced: ReadonlySet<string>;
  /** Records of the stages that this run has dealt with. */
  readonly settled: Map<string, Record>;
  readonly report: Report;
  /** Writes down what the folder is made with: called before anything is. */
  readonly remember?: () => Promise<void>;
  /** Aborted with the name of a signal as reason. */
  readonly stop: AbortSignal;
  /** Code of scripts that runs share: all of them mean what it was when the first one looked. */
  readonly code?: Map<string, Promise<Code>>;
  /** Threads that a stage may use, where not all that there are: of no account for what it writes. */
  readonly threads?: number;
}

/** The code that `stage` has in this run. */
export function currentCode({ pipeline, store, hashes, code }: Run, stage: Stage): Promise<Code> {
  const known = code?.get(stage.run);
  const found = known ?? readCode(pipeline, stage, store.root, hashes);
  if (!known) code?.set(stage.run, found);
  return found;
}

/** The key that `stage` has with these inputs. */
export async function currentKey(run: Run, stage: Stage, inputs: Inputs): Promise<Key> {
  const found = currentCode(run, stage);
  const note = (text: string): void => run.report({ type: 'note', stage: stage.name, text });
  return computeKey(await tellStage(run, stage), inputs, await found, run.hashes, note);
}

/** Something to call with the number of bytes that were just dealt with. */
export function progressIn(
  { report }: Run,
  stage: string,
  action: (Event & { type: 'progress' })['action'],
  total: number,
): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    report({ type: 'progress', stage, action, done, total, note: '' });
  };
}

/**
 * Makes every stage of `chosen`, `jobs` at a time. After a failure nothing new begins, unless `keepGoing`; what needs
 * a failed stage is skipped in any case. True when all went well. Throws a ConfigurationError where packages are not those
 * of the lock file.
 */
export async function runStages(
  run: Run,
  chosen: ReadonlySet<string>,
  { jobs, keepGoing }: { jobs: number; keepGoing: boolean },
): Promise<boolean> {
  const slots = new Slots(jobs);
  /** Of every stage, the one whose failure keeps it from being done; null where it is done. */
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
      const { outcome, record, why, detail } = await makeStage(run, stage);
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
      slots.give();
    }
  };
  for (const stage of run.pipeline.stages.values())
    if (chosen.has(stage.name)) results.set(stage.name, settle(stage));
  const fine = (await Promise.all(results.values())).every((culprit) => culprit === null);
  if (refused) throw refused;
  // All is as these settings say, whoever made it so. Where that cannot be written down, all was there.
  if (fine) await run.remember?.().catch(() => {});
  if (!fine || !changed) return fine;
  try {
    await ownFolders(run);
    return true;
  } catch (error) {
    const [stage = ''] = [...run.settled.keys()].slice(-1);
    run.report({ type: 'note', stage, text: describeFailure(error).join(': ') });
    return false;
  }
}

/** At most `free` at a time, first come, first served. */
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

  give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}
