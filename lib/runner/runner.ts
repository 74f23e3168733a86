/**
 * The interface for everything that runs the pipeline: reads pipeline.yaml, opens the cache, and opens a runner for one
 * folder of artifacts, which brings stages up to date, plans, explains, verifies and collects garbage. Code that only
 * some commands need is loaded when they call it. Stages import stage.ts and schema.ts instead, so that no key contains
 * the store.
 */
import { isAbsolute, join, relative } from 'node:path';
import { ConfigurationError, type Problem } from '../files/problem.ts';
import { shortPath } from '../files/short-path.ts';
import type { Code } from './code/closure.ts';
import { remember, type Settings } from './config/folder-settings.ts';
import type { Pipeline, Stage } from './config/stage-definition.ts';
import { Hashes } from './disk/hashes.ts';
import type { Report } from './execute/event.ts';
import type { Plan } from './execute/plan.ts';
import type { RunContext } from './execute/run-context.ts';
import { readRecord, type StageRecord } from './store/record.ts';
import { Store } from './store/store.ts';
import { Workspace } from './store/workspace.ts';
import type { Dropped } from './upkeep/gc.ts';
import type { Verdict } from './upkeep/verify.ts';

export { recall, type Settings } from './config/folder-settings.ts';
export { withNeeds } from './config/order.ts';
export { parseOverrides, type Override } from './config/override.ts';
export { openPipeline, readPipeline, type PipelineFile } from './config/pipeline.ts';
export { findRoots } from './config/roots.ts';
export { listPastReasons, listReasons } from './execute/freshness.ts';
export { killGroup, killStages } from './execute/process-groups.ts';
export type { Dropped, Pipeline, Plan, Report, Stage, StageRecord, Verdict };
export type { Outcome, RunEvent } from './execute/event.ts';

/** What runs on the same cache share: stored results, remembered hashes, and the code of stages. */
export interface SharedCache {
  readonly store: Store;
  /** Must be saved when the last run has ended. */
  readonly hashes: Hashes;
  /** By script, as it was when the first run read it: later runs use the same code. */
  readonly code: Map<string, Promise<Code>>;
}

/** Opens the cache in the folder `root`. Throws a ConfigurationError if the folder holds anything but a cache. */
export async function openCache(root: string): Promise<SharedCache> {
  const hashes = await Hashes.open(join(root, 'hashes.json'));
  return { store: await Store.open(root), hashes, code: new Map() };
}

export interface RunnerOptions {
  readonly pipeline: Pipeline;
  /** The folder that holds the stage folders. */
  readonly artifacts: string;
  readonly cache: SharedCache;
  /** Stages to run even if fresh. */
  readonly forced?: Iterable<string>;
  /** How many threads a stage may use; by default all cores. */
  readonly threads?: number;
  /** The settings that the folder of artifacts is to remember, and the root of the project; by default none. */
  readonly settings?: Settings & { readonly root: string };
  /** Aborted with the name of a signal as reason. */
  readonly stop?: AbortSignal;
}

export interface Runner {
  /** Records of the stages that this runner has dealt with. */
  readonly settled: ReadonlyMap<string, StageRecord>;
  /** The folder of a stage. */
  folder(stage: string): string;
  /**
   * Brings the chosen stages up to date, `jobs` at a time; returns whether all went well. After a failure no further
   * stage begins, unless `keepGoing`. Throws a ConfigurationError if installed packages are not those of the lock file.
   */
  run(
    chosen: ReadonlySet<string>,
    how: { readonly jobs: number; readonly keepGoing: boolean; readonly report: Report },
  ): Promise<boolean>;
  /** What `run` would do with each stage. */
  plan(chosen: ReadonlySet<string>): Promise<Plan[]>;
  /** Lines about the key of a stage and what has changed in it. Throws a Failure if a needed folder is missing. */
  explain(stage: Stage): Promise<string[]>;
  /** Lines about how a file was made. Throws a Failure if it is missing or not in a stage folder. */
  explainFile(path: string): Promise<string[]>;
  /** The stages as a Mermaid graph. */
  graph(): Promise<string>;
  /** Reads every stored byte and removes what is damaged from the cache. */
  verify(report: Report): Promise<Verdict>;
  /** Drops results from the cache, except the newest `keep` of each stage and those in stage folders. */
  gc(keep: number, dryRun: boolean): Promise<Dropped>;
}

/** A runner of `pipeline` in one folder of artifacts. */
export function openRunner({
  pipeline,
  artifacts,
  cache: { store, hashes, code },
  forced = [],
  threads,
  settings,
  stop = new AbortController().signal,
}: RunnerOptions): Runner {
  const workspace = new Workspace(artifacts);
  const context: RunContext = {
    pipeline,
    workspace,
    store,
    hashes,
    code,
    forced: new Set(forced),
    settled: new Map(),
    threads,
    stop,
    report: () => {},
    remember: async () => {
      if (settings) await remember(artifacts, settings.root, settings);
    },
  };
  return {
    settled: context.settled,
    folder: (stage) => workspace.folder(stage),
    run: async (chosen, { report, ...how }) => {
      refuseOwnFiles(context, chosen);
      return (await import('./execute/all-stages.ts')).runAllStages({ ...context, report }, chosen, how);
    },
    plan: async (chosen) => {
      refuseOwnFiles(context, chosen);
      return (await import('./execute/plan.ts')).planStages(context, chosen);
    },
    explain: async (stage) => (await import('./explain/stage.ts')).explainStage(context, stage),
    explainFile: async (path) => (await import('./explain/file.ts')).explainFile(path, hashes),
    graph: async () => (await import('./explain/graph.ts')).drawGraph(pipeline),
    verify: async (report) =>
      (await import('./upkeep/verify.ts')).verifyAll({ pipeline, workspace, store, report }),
    gc: async (keep, dryRun) =>
      (await import('./upkeep/gc.ts')).collectGarbage({ store, workspace }, keep, dryRun),
  };
}

/** Throws a ConfigurationError if a chosen stage would read a file from the folder that it is about to replace. */
function refuseOwnFiles({ pipeline, workspace }: RunContext, chosen: ReadonlySet<string>): void {
  const problems: Problem[] = [];
  for (const { name, fileParams } of pipeline.stages.values())
    for (const param of chosen.has(name) ? fileParams : []) {
      const within = relative(workspace.folder(name), param.path);
      if (within.startsWith('..') || isAbsolute(within)) continue;
      problems.push({
        place: `${name}.${param.name}`,
        message: `lies in ${shortPath(workspace.folder(name))}, the folder that it would replace`,
        hint: 'write elsewhere: npm run pipeline -- --artifacts artifacts/fork, with the same options',
      });
    }
  if (problems.length > 0) throw new ConfigurationError(problems);
}

/** The record of the result in a stage folder; null if there is none or it is damaged. */
export const recordIn = (artifacts: string, stage: string): Promise<StageRecord | null> =>
  readRecord(new Workspace(artifacts).besideStage(stage, 'provenance.json'));
