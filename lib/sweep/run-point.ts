/** One point: an ordinary run of the pipeline in a folder of its own, with the cache that all runs share. */
import { join } from 'node:path';
import type { Event } from '../runner/event.ts';
import { remember } from '../runner/memory.ts';
import { runStages } from '../runner/run.ts';
import { Workspace } from '../runner/workspace.ts';
import type { Ending } from './executor.ts';
import type { Point } from './points.ts';
import type { Site } from './site.ts';

export async function runPoint(
  { folder, origin, ...shared }: Site,
  point: Point,
  threads: number,
  onEvent: (event: Event) => void,
  stop: AbortSignal,
): Promise<Ending> {
  const started = performance.now();
  const detail: string[] = [];
  let ran = false;
  const report = (event: Event): void => {
    if (event.type === 'end') {
      ran ||= event.outcome === 'ran';
      if (event.outcome === 'failed') detail.push(`${event.stage} failed`, ...event.detail);
    }
    onEvent(event);
  };
  const { pipeline, overrides } = point;
  const place = join(folder, point.name);
  const fine = await runStages(
    {
      ...shared,
      pipeline,
      workspace: new Workspace(place),
      forced: new Set(),
      settled: new Map(),
      report,
      ...(origin && { remember: () => remember(place, origin.root, { ...origin, overrides }) }),
      stop,
      threads,
    },
    new Set(pipeline.stages.keys()),
    { jobs: 1, keepGoing: false },
  );
  const outcome = fine ? (ran ? 'ran' : 'known') : stop.aborted ? 'stopped' : 'failed';
  return { point, outcome, seconds: (performance.now() - started) / 1000, detail };
}
