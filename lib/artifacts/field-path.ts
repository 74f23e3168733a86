// Fields of a summary by their path: `key_frequencies.logit_map_quarter_max`.
import { suggest } from '../files/problem.ts';
import { declaredName, type Field } from './fields.ts';

interface BadPath {
  readonly message: string;
  readonly hint: string;
}

/** What is wrong with `path` in a summary of `stage`; null if it leads to a value or to a list of values. */
export function findBadPath(stage: string, declared: Field, path: readonly string[]): BadPath | null {
  let here: readonly Field[] = [declared];
  let place = stage;
  for (const step of path) {
    const next = here.flatMap((field) => fieldsAt(field, step));
    if (next.length === 0)
      return {
        message: `${place} has no field "${step}"`,
        hint: suggest(step, unique(here.flatMap(namesIn)), `fields of ${place}`),
      };
    here = next;
    place = `${place}.${step}`;
  }
  if (here.every(isValue)) return null;
  const names = unique(here.flatMap(namesIn));
  const hint =
    names.length > 0 ? `fields of ${place}: ${names.join(', ')}` : `name a part of it: ${place}.NAME`;
  return { message: `${place} is not one value`, hint };
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** The fields that `step` leads to from `field`: several if it may be one of several records, none if there is no such step. */
function fieldsAt(field: Field, step: string): readonly Field[] {
  if (field.kind === 'orNull') return fieldsAt(field.of, step);
  if (field.kind === 'either') return field.records.flatMap((record) => fieldsAt(record, step));
  if (field.kind === 'anything') return [field];
  if (field.kind === 'byName') return [field.of];
  if (field.kind === 'list') return /^\d+$/.test(step) ? [field.of] : [];
  if (field.kind !== 'record') return [];
  const name = declaredName(field.fields, step);
  return Object.hasOwn(field.fields, name) ? [field.fields[name]!] : [];
}

function namesIn(field: Field): readonly string[] {
  if (field.kind === 'orNull') return namesIn(field.of);
  if (field.kind === 'either') return field.records.flatMap(namesIn);
  return field.kind === 'record' ? Object.keys(field.fields) : [];
}

/** Whether one cell of a table can hold it. */
function isValue(field: Field): boolean {
  if (field.kind === 'orNull') return isValue(field.of);
  if (field.kind === 'list') return isValue(field.of) && field.of.kind !== 'list';
  return !['record', 'either', 'byName'].includes(field.kind);
}
