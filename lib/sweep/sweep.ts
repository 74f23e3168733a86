/** What a sweep is, once pipeline.yaml has been read and checked. */
import type { Point } from './points.ts';

export interface Sweep {
  readonly name: string;
  /** Stages that each point runs, in order. */
  readonly stages: ReadonlySet<string>;
  /** Params in which points differ, as `stage.param`. */
  readonly axes: readonly string[];
  readonly points: readonly Point[];
  /** Fields of summaries that are columns of results.arrow, as `stage.field`. */
  readonly fields: readonly string[];
  /** Epochs that others have measured, by the value of the first axis. */
  readonly published: ReadonlyMap<number, number> | null;
  /** Settings for executors, by the name of the executor. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Its text in pipeline.yaml. */
  readonly yaml: string;
}
