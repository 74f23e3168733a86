/** Runs one point: an ordinary run of the pipeline in a folder of its own, with the shared cache. */
import { join } from 'node:path';
import { openRunner, type RunEvent } from '../runner/runner.ts';
import type { Ending } from './executors/executor.ts';
import type { Point } from './points.ts';
import type { Site } from './site.ts';

export async function runPoint(
  { folder, cache, origin }: Site,
  point: Point,
  threads: number,
  onEvent: (event: RunEvent) => void,
  stop: AbortSignal,
): Promise<Ending> {
  const started = performance.now();
  const detail: string[] = [];
  let ran = false;
  const report = (event: RunEvent): void => {
    if (event.type === 'end') {
      ran ||= event.outcome === 'ran';
      if (event.outcome === 'failed') detail.push(`${event.stage} failed`, ...event.detail);
    }
    onEvent(event);
  };
  const { pipeline, overrides } = point;
  const runner = openRunner({
    pipeline,
    artifacts: join(folder, point.name),
    cache,
    threads,
    ...(origin && { settings: { ...origin, overrides } }),
    stop,
  });
  const how = { jobs: 1, keepGoing: false, report };
  const fine = await runner.run(new Set(pipeline.stages.keys()), how);
  const outcome = fine ? (ran ? 'ran' : 'known') : stop.aborted ? 'stopped' : 'failed';
  return { point, outcome, seconds: (performance.now() - started) / 1000, detail };
}
