/**
 * Schemas of stage params, on valibot. A stage's `<key>.params.ts` says here what each param may be and what it is when
 * pipeline.yaml leaves it out; the runner checks YAML and `--set` against it without loading the stage itself.
 * Every stage imports this file, so a change here makes every stage stale: keep it small.
 */
import * as v from 'valibot';

/** One param: what it may be, and its default. */
export interface Field<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** What a value must be, in words that follow "must be". */
  readonly must: string;
  readonly default?: T | undefined;
  /** The file that a value names, or null. The content of that file counts, not its path. */
  readonly names?: (value: string) => NamedFile | null;
  /** The paths in the value to texts that may name files. Without this, the whole value is such a text. */
  readonly textsAt?: (value: unknown) => readonly (readonly (string | number)[])[];
  /** The word itself is not in the key: what it stands for on this machine is in the stage's identity. */
  readonly isResolved?: boolean;
  /** All allowed values, to suggest one of them. */
  readonly choices?: readonly string[];
}

/** A file that a param names. */
export interface NamedFile {
  /** Relative to pipeline.yaml. */
  readonly path: string;
  /** It may also be a folder. Then only these files in it count, and the first of them must exist. */
  readonly folderOf?: readonly string[];
  /** What the value says besides the path; it counts, too. */
  readonly rest?: string;
  /** If the file does not exist: words to follow "must be", about the files that do exist near the absolute `path`. */
  others?(path: string): Promise<string>;
}

export type Fields = Record<string, Field<unknown>>;
export type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A rule over several params: returns the param that is wrong and what it must be, or null. */
type Rule<F extends Fields> = (params: Values<F>) => { param: keyof F & string; must: string } | null;

/** The params of one stage. Strict: a key that is not here is an error. */
export interface ParamsSchema<F extends Fields = Fields> {
  readonly fields: F;
  /** A method, so that TypeScript accepts a schema of any params as a ParamsSchema. */
  rule?(params: Values<F>): { param: string; must: string } | null;
}

export type ParamsOf<S> = S extends ParamsSchema<infer F> ? Values<F> : never;

/** What is wrong with one value: the path to it from the params, and a message that follows the name of the param. */
export interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly value: unknown;
  readonly choices?: readonly string[];
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

/** A finite number; `above` and `below` are open bounds, `min` and `max` closed ones. */
export function number(options: Bounds & { readonly default?: number } = {}): Field<number> {
  const type = v.pipe(v.number('must be a number'), v.finite('must be a finite number'));
  return bounded(type, 'a number', options);
}

/** A whole number that float64 can hold exactly. */
export function integer(options: Bounds & { readonly default?: number } = {}): Field<number> {
  const type = v.pipe(v.number('must be a whole number'), v.safeInteger('must be a whole number'));
  return bounded(type, 'a whole number', options);
}

function bounded(
  type: v.GenericSchema<unknown, number>,
  name: string,
  {
    min = -Infinity,
    max = Infinity,
    above = -Infinity,
    below = Infinity,
    default: fallback,
  }: Bounds & { default?: number },
): Field<number> {
  const words = [
    Number.isFinite(min) && (Number.isFinite(max) ? `from ${min} to ${max}` : `of at least ${min}`),
    Number.isFinite(max) && !Number.isFinite(min) && `of at most ${max}`,
    Number.isFinite(above) && `above ${above}`,
    Number.isFinite(below) && `below ${below}`,
  ].filter((word) => word !== false);
  const fits = (n: number): boolean => n >= min && n <= max && n > above && n < below;
  const must = [name, words.join(' and ')].join(' ').trimEnd();
  return { schema: v.pipe(type, v.check(fits, `must be ${must}`)), must, default: fallback };
}

/** One of a fixed list of words. `isResolved`: see Field. */
export function choice<const T extends string>(
  choices: readonly T[],
  options: { readonly default?: NoInfer<T>; readonly isResolved?: boolean } = {},
): Field<T> {
  const { default: fallback, isResolved = false } = options;
  const must = `one of ${choices.join(', ')}`;
  return {
    schema: v.picklist(choices, `must be ${must}`),
    must,
    default: fallback,
    choices,
    ...(isResolved && { isResolved }),
  };
}

export function text(options: { readonly default?: string } = {}): Field<string> {
  return { schema: v.string('must be text'), must: 'text', default: options.default };
}

/** True or false. */
export function flag(options: { readonly default?: boolean } = {}): Field<boolean> {
  return { schema: v.boolean('must be true or false'), must: 'true or false', default: options.default };
}

/**
 * The path of a file, relative to pipeline.yaml, or a text in which `names` finds one. The stage gets the text with an
 * absolute path; its key has the content of the file. With `folderOf`, the path may lead to a folder that holds the first
 * of these files and maybe the others; no other file in it counts.
 */
export function file(
  options: {
    readonly default?: string;
    readonly folderOf?: readonly [string, ...string[]];
    readonly names?: (value: string) => NamedFile | null;
  } = {},
): Field<string> {
  const { folderOf = [] } = options;
  const must = 'the path of a file';
  const schema = v.pipe(v.string(`must be ${must}`), v.minLength(1, `must be ${must}`));
  return { schema, must, default: options.default, names: options.names ?? ((path) => ({ path, folderOf })) };
}

/** Exactly this value. */
export const constant = <const T extends string | number | boolean>(value: T): Field<T> => ({
  schema: v.literal(value, `must be ${value}`),
  must: String(value),
});

/** A group of named values, all of them and no others. */
export function group<const F extends Fields>(fields: F): Field<Values<F>> {
  const schemas = Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema]));
  const must = `{ ${Object.entries(fields)
    .map(([name, { must }]) => `${name}: ${must}`)
    .join(', ')} }`;
  return { schema: v.strictObject(schemas, `must be ${must}`) as v.GenericSchema<unknown, Values<F>>, must };
}

/** One of several kinds of value. */
export function either<const F extends readonly Field<unknown>[]>(
  ...fields: F
): Field<F[number] extends Field<infer T> ? T : never> {
  type T = F[number] extends Field<infer T> ? T : never;
  const must = fields.map((field) => field.must).join(', or ');
  const schemas = fields.map(({ schema }) => schema);
  return { schema: v.union(schemas, `must be ${must}`) as v.GenericSchema<unknown, T>, must };
}

/** A list of one kind of value. */
export function list<T>(
  item: Field<T>,
  options: { readonly default?: readonly T[]; readonly length?: number; readonly minLength?: number } = {},
): Field<readonly T[]> {
  const { length, minLength = 0 } = options;
  const fits = (n: number): boolean => n >= minLength && (length === undefined || n === length);
  const atLeast = minLength === 0 ? '' : ` of at least ${minLength}`;
  const count = length === undefined ? atLeast : ` of exactly ${length}`;
  return {
    schema: v.pipe(
      v.array(item.schema, 'must be a list'),
      v.check((items) => fits(items.length), `must be a list${count}`),
    ),
    must: `a list${count}, each ${item.must}`,
    default: options.default,
    ...(item.choices && { choices: item.choices }),
  };
}

/** Like `field`, or null. */
export function nullable<T>(
  field: Field<T>,
  options: { readonly default?: NoInfer<T> | null } = {},
): Field<T | null> {
  const must = `${field.must}, or null`;
  return { ...field, schema: v.nullable(field.schema), must, default: options.default };
}

/** The params of a stage. Throws if a default is missing or breaks a rule: that is a bug in the params file. */
export function object<F extends Fields>(fields: F, rule?: Rule<F>): ParamsSchema<F> {
  const schema: ParamsSchema<F> = rule ? { fields, rule } : { fields };
  const { issues } = checkParams(schema, {});
  if (issues[0]) throw new TypeError(`the default of ${issues[0].path.join('.')} ${issues[0].message}`);
  return schema;
}

/** The given params completed with defaults, and everything that is wrong with them. */
export function checkParams<F extends Fields>(
  { fields, rule }: ParamsSchema<F>,
  given: Readonly<Record<string, unknown>>,
): { params: Values<F>; issues: Issue[] } {
  const names = Object.keys(fields);
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(fields, key));
  const issues: Issue[] = unknown.map((key) => ({
    path: [key],
    message: 'is not a param of this stage',
    value: undefined,
    choices: names,
  }));
  const params: Record<string, unknown> = {};
  for (const name of names) {
    const { schema, default: fallback, choices } = fields[name]!;
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    params[name] = value;
    for (const issue of v.safeParse(schema, value, { abortPipeEarly: true }).issues ?? [])
      issues.push({
        path: [name, ...(issue.path ?? []).map(({ key }) => key as string | number)],
        message: issue.message,
        value: issue.input,
        ...(choices && { choices }),
      });
  }
  const broken = issues.length === 0 ? rule?.(params as Values<F>) : null;
  if (broken)
    issues.push({ path: [broken.param], message: `must be ${broken.must}`, value: params[broken.param] });
  return { params: params as Values<F>, issues };
}
