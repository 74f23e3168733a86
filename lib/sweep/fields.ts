/** Fields of summaries, as `stage.field`, that are columns of results.arrow. */
import { findBadPath } from '../artifacts/field-path.ts';
import { declarationOf } from '../artifacts/summaries.ts';
import { Failure } from '../files/failure.ts';
import { show, suggest } from '../files/problem.ts';
import type { Source, Value } from '../files/yaml.ts';

/** By name of the stage: its script. */
type Scripts = ReadonlyMap<string, string>;

/** Fields that every sweep of these stages has. */
export const comparedFields = (scripts: Scripts): string[] =>
  [...scripts].flatMap(([stage, script]) =>
    (declarationOf(script)?.compared ?? []).map((field) => `${stage}.${field}`),
  );

/** Fields that `collect` names. One that the summary of its stage cannot have is reported where it stands. */
export function readCollect(source: Source, items: readonly Value[], scripts: Scripts): string[] {
  for (const { data, span } of items) {
    const [stage = '', ...path] = typeof data === 'string' ? data.split('.') : [];
    const script = scripts.get(stage);
    if (script === undefined || path.length === 0) {
      const hint = suggest(stage, [...scripts.keys()], 'stages');
      source.report(span, `collect must list fields of summaries as stage.field, got ${show(data)}`, hint);
      continue;
    }
    const declared = declarationOf(script);
    const bad = declared && findBadPath(stage, declared.summary, path);
    if (bad) source.report(span, bad.message, bad.hint);
  }
  return items.map(({ data }) => String(data));
}

/**
 * The value of a field in a summary. Null if a declared field is not there, as in the summary of a model that was not
 * trained here. Throws a Failure if a field that is not declared is not there.
 */
export function valueOf(field: string, script: string, summary: unknown): unknown {
  const [stage, ...path] = field.split('.');
  let value = summary;
  for (const step of path) {
    const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    if (names.includes(step)) value = (value as Record<string, unknown>)[step];
    else if (declarationOf(script)) return null;
    else throw new Failure(`collect: no summary has ${field}`, suggest(step, names, `fields of ${stage}`));
  }
  return value;
}
