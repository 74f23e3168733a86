/** What carries points out. Another engine is another file with this interface. */
import type { RunEvent } from '../runner/runner.ts';
import type { Sweep } from './definition.ts';
import type { Point } from './points.ts';
import type { Site } from './site.ts';

/** How a point ended. */
export interface Ending {
  readonly point: Point;
  /** `known`: every stage was there or in the cache. `failed` has the reason in `detail`. */
  readonly outcome: 'known' | 'ran' | 'failed' | 'stopped';
  readonly seconds: number;
  readonly detail: readonly string[];
}

export interface Watching {
  /** What the stages of a point report while it runs. */
  onEvent(point: Point, event: RunEvent): void;
  onEnd(ending: Ending): void;
  /** Something worth knowing. */
  onNote(text: string): void;
  /** Aborted with the name of a signal as reason. */
  readonly stop: AbortSignal;
}

export interface Executor {
  /** Carries out every point of `sweep`, and says how each ended; returns when none is left, or at a stop. */
  run(site: Site, sweep: Sweep, watching: Watching): Promise<void>;
}
