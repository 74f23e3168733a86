/** What running a point would do, without doing it. */
import { join } from 'node:path';
import { planStages } from '../runner/plan.ts';
import { Workspace } from '../runner/workspace.ts';
import type { Point } from './points.ts';
import type { Site } from './site.ts';

/** `known` where every stage is fresh or in the cache. */
export async function planPoint(
  { folder, ...shared }: Site,
  { name, pipeline }: Point,
): Promise<'known' | 'would run'> {
  const run = {
    ...shared,
    pipeline,
    workspace: new Workspace(join(folder, name)),
    forced: new Set<string>(),
    settled: new Map(),
    report: () => {},
    stop: new AbortController().signal,
  };
  const plans = await planStages(run, new Set(pipeline.stages.keys()));
  return plans.every(({ action }) => action === 'fresh' || action === 'restore') ? 'known' : 'would run';
}
