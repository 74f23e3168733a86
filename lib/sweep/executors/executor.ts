/** What carries out the points of a sweep. A new executor is a file in this folder and a line of registry.ts. */
import type { Entry, Source } from '../../files/yaml.ts';
import type { RunEvent } from '../../runner/runner.ts';
import type { Point } from '../points.ts';
import type { Site } from '../site.ts';
import type { Sweep } from '../sweep.ts';

/** How a point ended. */
export interface Ending {
  readonly point: Point;
  /** `known`: every stage was there or in the cache. `failed` has the reason in `detail`. */
  readonly outcome: 'known' | 'ran' | 'failed' | 'stopped';
  readonly seconds: number;
  readonly detail: readonly string[];
}

export interface Watcher {
  /** Called with what the stages of a point report while it runs. */
  onEvent(point: Point, event: RunEvent): void;
  onEnd(ending: Ending): void;
  /** Called with a line for the user. */
  onNote(text: string): void;
  /** Aborted with the name of a signal as reason. */
  readonly stop: AbortSignal;
}

export interface Executor {
  /**
   * Carries out every point of `sweep` and tells the watcher how each ended. Returns `ended` when no point is left or it was
   * stopped, `submitted` when points go on without this process and a later one has to gather them.
   */
  run(site: Site, sweep: Sweep, watcher: Watcher): Promise<'ended' | 'submitted'>;
}

/** An option of the command line that belongs to one executor: a flag, or a whole number of at least 1. */
export type ExecutorOption = { readonly help: string; readonly short?: string } & (
  { readonly type: 'flag' } | { readonly type: 'count'; readonly example: string }
);

/** Those options as they were given. */
export interface GivenOptions {
  readonly flags: ReadonlySet<string>;
  readonly counts: ReadonlyMap<string, number>;
}

/** How another machine starts a point: `npm run sweep` with these files and folders. */
export interface Launch {
  /** pipeline.yaml. */
  readonly file: string;
  /** The folder of the project. */
  readonly root: string;
  readonly artifacts: string;
  readonly cache: string;
  /** The script of `npm run sweep`. */
  readonly script: string;
}

/** An executor as the registry lists it. */
export interface ExecutorKind<Settings = unknown> {
  /** As in `--executor NAME`; also the key of its settings in a sweep of pipeline.yaml. */
  readonly name: string;
  /** One line for `npm run sweep -- --help`. */
  readonly help: string;
  readonly options: Readonly<Record<string, ExecutorOption>>;
  /** Reads the settings, and reports what is wrong with them. An executor without it takes no settings. */
  readSettings?(source: Source, entry: Entry | undefined): Settings;
  open(given: GivenOptions, settings: Settings, launch: Launch): Executor;
}
