// The types of the fields of a summary, as data. The compiler checks the stages that write a summary; what is written and
// read is checked against the same declaration (mismatch.ts).

export type Field =
  | { readonly kind: 'count' | 'number' | 'text' | 'flag' | 'nothing' | 'anything' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'list' | 'byName' | 'orNull'; readonly of: Field }
  | { readonly kind: 'record'; readonly fields: Fields }
  | { readonly kind: 'either'; readonly records: readonly RecordField[] };
/** By name; a `*` in a name stands for a whole number. */
export type Fields = { readonly [name: string]: Field };
export type RecordField = { readonly kind: 'record'; readonly fields: Fields };

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

/** The name under which `name` is declared: its own, or one with a `*` for its number. */
export const declaredName = (fields: Fields, name: string): string =>
  Object.hasOwn(fields, name) ? name : name.replace(/\d+$/, '*');
