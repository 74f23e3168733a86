// The types of the fields of a summary, as data. The compiler checks the stages that write a summary; what is read is checked
// against the same declaration.

export type Field =
  | { readonly kind: 'count' | 'number' | 'text' | 'flag' | 'nothing' | 'anything' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'list' | 'byName' | 'orNull'; readonly of: Field }
  | { readonly kind: 'record'; readonly fields: Fields }
  | { readonly kind: 'either'; readonly records: readonly RecordField[] };
/** By name; a `*` in a name stands for a whole number. */
type Fields = { readonly [name: string]: Field };
type RecordField = { readonly kind: 'record'; readonly fields: Fields };

/** A whole number from 0. */
export const count = { kind: 'count' } as const;
/** A measured number. If it is not finite, it is null in JSON and for readers. */
export const number = { kind: 'number' } as const;
export const text = { kind: 'text' } as const;
export const flag = { kind: 'flag' } as const;
/** Always null: the field says that there is no such thing. */
export const nothing = { kind: 'nothing' } as const;
export const anything = { kind: 'anything' } as const;

export const word = <W extends string>(...words: readonly W[]) => ({ kind: 'word', words }) as const;
export const list = <F extends Field>(of: F) => ({ kind: 'list', of }) as const;
/** An object whose names are not known beforehand. */
export const byName = <F extends Field>(of: F) => ({ kind: 'byName', of }) as const;
export const orNull = <F extends Field>(of: F) => ({ kind: 'orNull', of }) as const;
/** An object of exactly these fields. */
export const record = <F extends Fields>(fields: F) => ({ kind: 'record', fields }) as const;
/** One of several records, for a stage that may find different things. */
export const either = <R extends readonly RecordField[]>(...records: R) =>
  ({ kind: 'either', records }) as const;

/** What a stage writes into a field. */
export type Written<F> = Value<F, never>;
/** What a reader gets from it. */
export type Read<F> = Value<F, null>;

interface Scalars<Lost> {
  readonly count: number;
  readonly number: number | Lost;
  readonly text: string;
  readonly flag: boolean;
  readonly nothing: null;
  readonly anything: unknown;
}
type Value<F, Lost> = F extends { readonly kind: infer K extends keyof Scalars<Lost> }
  ? Scalars<Lost>[K]
  : F extends { readonly kind: 'word'; readonly words: readonly (infer W)[] }
    ? W
    : F extends { readonly kind: 'list'; readonly of: infer Of }
      ? readonly Value<Of, Lost>[]
      : F extends { readonly kind: 'byName'; readonly of: infer Of }
        ? { readonly [name: string]: Value<Of, Lost> }
        : F extends { readonly kind: 'orNull'; readonly of: infer Of }
          ? Value<Of, Lost> | null
          : F extends { readonly kind: 'record'; readonly fields: infer Of }
            ? { readonly [K in keyof Of as Name<K>]: Value<Of[K], Lost> }
            : F extends { readonly kind: 'either'; readonly records: readonly (infer Of)[] }
              ? Value<Of, Lost>
              : never;
type Name<K> = K extends `${infer Start}*` ? `${Start}${number}` : K;

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

/** The name under which `name` is declared: its own, or one with a `*` for its number. */
export const declaredName = (fields: Fields, name: string): string =>
  Object.hasOwn(fields, name) ? name : name.replace(/\d+$/, '*');

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
