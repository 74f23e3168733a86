/**
 * What a stage is told about the run, if its params file says `export const provenance = true`: where its inputs come
 * from, for a page that shows it. The runner fills in two of its params, `pipeline_yaml` and `made_by`. As params they are
 * in its key, so what it writes follows from its key like anything else.
 */
import { canonicalJson } from '../../files/canonical-json.ts';
import { withNeeds } from '../config/order.ts';
import type { Pipeline, Stage } from '../config/stage-definition.ts';
import type { Key } from '../key/key.ts';
import type { StageRecord } from '../store/record.ts';

/** The stage with these params as they are now; `readRecord` gives what stands in the folder of a stage. */
export async function tellStage(
  stage: Stage,
  { stages, text: pipeline_yaml }: Pipeline,
  readRecord: (stage: string) => Promise<StageRecord | null>,
): Promise<Stage> {
  if (!stage.provenance) return stage;
  const made_by: { [stage: string]: unknown } = {};
  for (const name of withNeeds(stages, stage.needs)) {
    const record = await readRecord(name);
    if (!record) continue;
    const { params, identity, packages, node, platform } = record.fields;
    made_by[name] = { key: record.key, params, identity, packages, node, platform };
  }
  return { ...stage, params: { ...stage.params, pipeline_yaml, made_by: canonicalJson(made_by) } };
}

/** The params that the stage gets: those that its key was made of, files by their paths. */
export function paramsAsWritten({ params, provenance }: Stage, key: Key): Stage['params'] {
  const { pipeline_yaml, made_by } = key.params;
  return provenance ? { ...params, pipeline_yaml, made_by } : params;
}
