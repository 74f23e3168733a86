// Checks a value against the declared fields of a summary, and says in words where it differs.
import { declaredName, type Field, type Fields, type RecordField } from './fields.ts';

/**
 * The first place where `value` is not as declared, worded to follow the name of its file; null if there is none. `path` is
 * the path of `value`.
 */
export function findMismatch(
  field: Field,
  value: unknown,
  path = '',
  expected = describeField(field),
): string | null {
  const unless = (isRight: boolean): string | null =>
    isRight ? null : `has ${shorten(value)} as ${path || 'its content'} (expected ${expected})`;
  switch (field.kind) {
    case 'anything':
      return null;
    case 'nothing':
      return unless(value === null);
    case 'count':
      return unless(Number.isSafeInteger(value) && (value as number) >= 0);
    case 'number':
      return unless(value === null || typeof value === 'number');
    case 'text':
      return unless(typeof value === 'string');
    case 'flag':
      return unless(typeof value === 'boolean');
    case 'word':
      return unless(field.words.some((word) => word === value));
    case 'orNull':
      return value === null ? null : findMismatch(field.of, value, path, expected);
    case 'list':
      return Array.isArray(value) ? findInParts(value, () => field.of, path) : unless(false);
    case 'byName':
      return isObject(value) ? findInParts(value, () => field.of, path) : unless(false);
    case 'record':
      return isObject(value) ? findInRecord(field.fields, value, path) : unless(false);
    case 'either':
      return isObject(value) ? findInEither(field.records, value, path) : unless(false);
  }
}

function findInParts(parts: object, fieldOf: (name: string) => Field, path: string): string | null {
  for (const [name, part] of Object.entries(parts)) {
    const mismatch = findMismatch(fieldOf(name), part, join(path, name));
    if (mismatch !== null) return mismatch;
  }
  return null;
}

function findInRecord(fields: Fields, value: object, path: string): string | null {
  const { missing, foreign } = compareNames(fields, value);
  const [lost] = missing;
  if (lost !== undefined)
    return `has nothing as ${join(path, lost)} (expected ${describeField(fields[lost]!)})`;
  if (foreign.length > 0) return `has a field ${join(path, foreign[0]!)}, which is not one of its fields`;
  return findInParts(value, (name) => fields[declaredName(fields, name)]!, path);
}

function compareNames(fields: Fields, value: object): { missing: string[]; foreign: string[] } {
  const names = Object.keys(value);
  const found = new Set(names.map((name) => declaredName(fields, name)));
  return {
    missing: Object.keys(fields).filter((name) => !found.has(name)),
    foreign: names.filter((name) => !Object.hasOwn(fields, declaredName(fields, name))),
  };
}

/** The mismatch of `value` with the record whose names are most like its own; null if it is one of the records. */
function findInEither(records: readonly RecordField[], value: object, path: string): string | null {
  const mismatches = records.map(({ fields }) => findInRecord(fields, value, path));
  if (mismatches.includes(null)) return null;
  const differences = records.map(({ fields }) => {
    const { missing, foreign } = compareNames(fields, value);
    return missing.length + foreign.length;
  });
  return mismatches[differences.indexOf(Math.min(...differences))]!;
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MOST_SHOWN = 40;

function shorten(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > MOST_SHOWN ? `${json.slice(0, MOST_SHOWN)}…` : json;
}

function describeField(field: Field): string {
  switch (field.kind) {
    case 'anything':
      return 'anything';
    case 'nothing':
      return 'null';
    case 'count':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'text':
      return 'text';
    case 'flag':
      return 'true or false';
    case 'word':
      return field.words.join(' or ');
    case 'orNull':
      return `${describeField(field.of)} or null`;
    case 'list':
      return 'a list';
    case 'byName':
    case 'record':
    case 'either':
      return 'an object';
  }
}
