/** A draft of pipeline.yaml and the `<key>.params.ts` beside its script -> a stage that can be run. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest, show, suggest, type Problem } from '../files/problem.ts';
import type { Source } from '../files/yaml.ts';
import type { Draft } from './draft.ts';
import type { Override } from './override.ts';
import type { Stage } from './pipeline.ts';
import { checkParams, type Issue, type ParamsSchema } from './schema.ts';

/** What `<key>.params.ts` exports. */
export interface ParamsModule {
  readonly params: ParamsSchema;
  /** See provenance.ts. */
  readonly provenance?: boolean;
  /** What the stage would run on here; `note` shows a line to the user. */
  readonly identity?: (
    params: Readonly<Record<string, unknown>>,
    note: (line: string) => void,
  ) => Promise<Readonly<Record<string, string>>>;
}

/** Where a param was given, and how to complain about it. */
interface Place {
  report(path: readonly (string | number)[] | 'key', message: string, hint?: string): void;
}

/**
 * Checks params by their `module`, with `overrides` put over them. What is wrong in the file is reported to `source`, what is wrong with an
 * override to `others`.
 */
export async function defineStage(
  draft: Draft,
  module: ParamsModule,
  root: string,
  source: Source,
  overrides: readonly Override[],
  others: Problem[],
): Promise<Stage> {
  const { name, given } = draft;
  const { fields } = module.params;
  const set = new Map(overrides.filter(({ stage }) => stage === name).map((each) => [each.param, each]));
  const values = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of given) values[key] = source.data(value);
  for (const [param, { value }] of set) values[param] = value;

  const placeOf = (param: string): Place => {
    const entry = given.find(({ key }) => key === param);
    const override = set.get(param);
    return {
      report(path, message, hint) {
        if (override?.at)
          source.report(path === 'key' ? override.at.keySpan : override.at.span, message, hint);
        else if (override)
          others.push({ place: override.place, message, ...(hint !== undefined && { hint }) });
        else if (!entry) source.report(draft.keySpan, message, hint);
        else if (path === 'key') source.report(entry.keySpan, message, hint);
        else source.report(source.spanAt(entry.value, entry.span, path), message, hint);
      },
    };
  };
  const { params, issues } = checkParams(module.params, values);
  for (const issue of issues) reportIssue(issue, name, fields, placeOf(String(issue.path[0])));

  const fileParams = Object.entries(fields)
    .filter(([, { isFile }]) => isFile)
    .map(([name, { folderOf = [] }]) => ({ name, folderOf }));
  const resolved: Record<string, unknown> = { ...params };
  for (const { name, folderOf } of fileParams) {
    const path = resolved[name];
    if (typeof path !== 'string' || path === '') continue;
    resolved[name] = resolve(root, path);
    const problem = await findFileProblem(resolve(root, path), folderOf);
    if (problem) placeOf(name).report([], `${name} must be ${problem}, got ${show(path)}`);
  }
  return {
    name,
    run: draft.run,
    needs: draft.needs.map((need) => need.name),
    env: draft.env,
    params: resolved,
    fileParams,
    provenance: module.provenance ?? false,
    identity: async (note) => (await module.identity?.(resolved, note)) ?? {},
  };
}

/** What the value of a file param must be, where `path` is not that. */
async function findFileProblem(path: string, folderOf: readonly string[]): Promise<string | null> {
  const isFile = async (path: string): Promise<boolean> =>
    (await stat(path).catch(() => null))?.isFile() ?? false;
  if (await isFile(path)) return null;
  if (folderOf.length === 0) return 'a file that exists';
  return (await isFile(join(path, folderOf[0]!)))
    ? null
    : `a file that exists, or a folder with ${folderOf[0]}`;
}

function reportIssue(
  { path, message, value, choices }: Issue,
  stage: string,
  fields: ParamsSchema['fields'],
  place: Place,
): void {
  const [first, ...rest] = path;
  const param = String(first);
  if (!Object.hasOwn(fields, param))
    return place.report(
      'key',
      `${stage} has no param "${param}"`,
      suggest(param, choices ?? [], `params of ${stage}`),
    );
  const near = choices && typeof value === 'string' ? nearest(value, choices) : undefined;
  const hint = near === undefined ? undefined : `did you mean "${near}"?`;
  const label = param + rest.map((step) => `[${step}]`).join('');
  place.report(rest, `${label} ${message}, got ${show(value)}`, hint);
}

/** The schema beside the script, after the script itself was found inside the project; null, and a problem, where not. */
export async function loadParams(draft: Draft, root: string, source: Source): Promise<ParamsModule | null> {
  const { name, run, runSpan } = draft;
  if (run === '') return null;
  const script = resolve(root, run);
  const real = await realpath(script).catch(() => script);
  if (!script.startsWith(root + sep) || !real.startsWith(root + sep)) {
    source.report(runSpan, `${run} lies outside of the project`, `a script of a stage must lie in ${root}`);
    return null;
  }
  const paramsPath = script.replace(/(\.[cm]?[jt]s)?$/, '.params$1');
  for (const path of [script, paramsPath])
    if (!(await stat(path).catch(() => null))?.isFile()) {
      const missing = relative(root, path);
      source.report(runSpan, `${name} needs ${missing}, which does not exist`, await scripts(name, root));
      return null;
    }
  try {
    const module = (await import(pathToFileURL(paramsPath).href)) as ParamsModule;
    if (typeof module.params?.fields === 'object') return module;
    source.report(runSpan, `${relative(root, paramsPath)} does not export params`);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    source.report(runSpan, `${relative(root, paramsPath)} cannot be loaded: ${why}`);
  }
  return null;
}

async function scripts(name: string, root: string): Promise<string> {
  const files = await readdir(join(root, 'stages')).catch(() => []);
  const names = files
    .filter((file) => /^[^.]+\.[jt]s$/.test(file))
    .map((file) => file.replace(/\.[jt]s$/, ''));
  return suggest(name, names, 'stages/ has');
}
