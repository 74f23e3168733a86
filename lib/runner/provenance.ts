/**
 * What a stage is told about the run, if its params file says `export const provenance = true`: where the numbers come
 * from, for a page that shows it. Two of its params, `pipeline_yaml` and `made_by`, are filled in by the runner, and as
 * params they are in its key: what it writes follows from its key like anything else.
 */
import { canonicalJson, type Key } from './key.ts';
import { withNeeds } from './order.ts';
import type { Stage } from './pipeline.ts';
import { readRecord } from './record.ts';
import type { Run } from './run.ts';

/** The stage with these params as they are now. */
export async function tellStage(run: Run, stage: Stage): Promise<Stage> {
  if (!stage.provenance) return stage;
  const made_by: { [stage: string]: unknown } = {};
  for (const name of withNeeds(run.pipeline.stages, stage.needs)) {
    const record = run.settled.get(name) ?? (await readRecord(run.workspace.run(name, 'provenance.json')));
    if (!record) continue;
    const { params, identity, packages, node, platform } = record.fields;
    made_by[name] = { key: record.key, params, identity, packages, node, platform };
  }
  const { text: pipeline_yaml } = run.pipeline;
  return { ...stage, params: { ...stage.params, pipeline_yaml, made_by: canonicalJson(made_by) } };
}

/** The params that the stage gets: those that its key was made of, files by their paths. */
export function toldParams({ params, provenance }: Stage, key: Key): Stage['params'] {
  const { pipeline_yaml, made_by } = key.params;
  return provenance ? { ...params, pipeline_yaml, made_by } : params;
}
