/**
 * For a stage whose params file says `export const provenance = true`, the runner fills in two params: `pipeline_yaml`,
 * and `made_by`, which says where its inputs come from. As params they are in the key of the stage, so that what it
 * writes still follows from its key.
 */
import { canonicalJson } from '../../files/canonical-json.ts';
import { withNeeds } from '../config/order.ts';
import type { Pipeline, Stage } from '../config/stage-definition.ts';
import type { Key } from '../key/key.ts';
import type { StageRecord } from '../store/record.ts';

/** The stage with these two params filled in. `readRecord` returns the record of the result in a stage folder. */
export async function withProvenance(
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

/** The params that the stage gets: as in its key, but with paths in place of the contents of files. */
export function paramsAsWritten({ params, provenance }: Stage, key: Key): Stage['params'] {
  const { pipeline_yaml, made_by } = key.params;
  return provenance ? { ...params, pipeline_yaml, made_by } : params;
}
