// The stages of pipeline.yaml one after another in this process, as they are, on params of a test; without pictures, which
// take half their time.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPipeline } from '../../lib/runner/config/pipeline.ts';
import type { ParamsSchema } from '../../lib/runner/schema.ts';
import { runStage } from './start-stage.ts';

const pipeline = await readPipeline(fileURLToPath(new URL('../../pipeline.yaml', import.meta.url)));

/** The stages' folders, which are in `folder`, and what the stages printed. */
export interface Done {
  readonly needs: Readonly<Record<string, string>>;
  readonly logs: Readonly<Record<string, string>>;
}

/** Runs all stages but the report, in the order of pipeline.yaml; `given` are params by stage, beside the defaults. */
export async function runEachStage(
  folder: string,
  given: Readonly<Record<string, Record<string, unknown>>>,
): Promise<Done> {
  const needs: Record<string, string> = {};
  const logs: Record<string, string> = {};
  await mkdir(join(folder, 'resume'), { recursive: true });
  for (const stage of pipeline.stages.values()) {
    if (stage.name === 'report') continue;
    const { params } = (await import(
      new URL(`../../stages/${stage.name}.params.ts`, import.meta.url).href
    )) as {
      params: ParamsSchema;
    };
    const out = join(folder, stage.name);
    await mkdir(out);
    const own = Object.fromEntries(stage.needs.map((need) => [need, needs[need]!]));
    const { exitCode, log } = await runStage(stage.name, params, given[stage.name] ?? {}, own, out, {
      pictures: false,
    });
    assert.equal(exitCode, 0, `${stage.name}: ${log}`);
    needs[stage.name] = out;
    logs[stage.name] = log;
  }
  return { needs, logs };
}
