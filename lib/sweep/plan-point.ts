/** What running a point would do, without doing it. */
import { join } from 'node:path';
import { openRunner } from '../runner/runner.ts';
import type { Point } from './points.ts';
import type { Site } from './site.ts';

/** `known` if every stage is fresh or in the cache. */
export async function planPoint(
  { folder, cache }: Site,
  { name, pipeline }: Point,
): Promise<'known' | 'would run'> {
  const runner = openRunner({ pipeline, artifacts: join(folder, name), cache });
  const plans = await runner.plan(new Set(pipeline.stages.keys()));
  return plans.every(({ action }) => action === 'fresh' || action === 'restore') ? 'known' : 'would run';
}

/** The known points, and those that would run. */
export async function sortByPlan(
  site: Site,
  points: readonly Point[],
): Promise<{ readonly known: readonly Point[]; readonly unknown: readonly Point[] }> {
  const known: Point[] = [];
  const unknown: Point[] = [];
  for (const point of points) ((await planPoint(site, point)) === 'known' ? known : unknown).push(point);
  return { known, unknown };
}
