/**
 * Turns the lines of a stage in pipeline.yaml into a stage that can run, by the `<key>.params.ts` beside its script.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearest, show, suggest, type Problem } from '../../files/problem.ts';
import type { Source } from '../../files/yaml.ts';
import { checkParams, type Issue, type NamedFile, type ParamsSchema } from '../schema.ts';
import type { Override } from './override.ts';
import type { FileParam, ParamsModule, Stage } from './stage-definition.ts';
import { valueAt, withValueAt, writtenPath } from './value-at.ts';
import type { WrittenStage } from './written-stage.ts';

/** Where a param was given, and how to report a problem with it. */
interface Place {
  /**
   * The message is `what` and `wrong`. If the place is `--set stage.param`, it names the param already: `what` is left
   * out.
   */
  report(path: readonly (string | number)[] | 'key', what: string, wrong: string, hint?: string): void;
}

/**
 * Checks the params of a stage by the schema in `module`, after `overrides` have replaced some of them. Problems in the
 * file are reported to `source`; problems with an override go into `others`.
 */
export async function defineStage(
  written: WrittenStage,
  module: ParamsModule,
  root: string,
  source: Source,
  overrides: readonly Override[],
  others: Problem[],
): Promise<Stage> {
  const { name, given } = written;
  const { fields } = module.params;
  const values = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of given) values[key] = source.data(value);
  for (const { stage, param, value } of overrides) if (stage === name) values[param] = value;

  const placeOf = (param: string): Place => placeIn(written, param, source, overrides, others);
  const { params, issues } = checkParams(module.params, values);
  for (const issue of issues) reportIssue(issue, name, fields, placeOf(String(issue.path[0])));

  let resolved: Record<string, unknown> = { ...params };
  const fileParams: FileParam[] = [];
  const isWrong = (name: string): boolean => issues.some(({ path }) => path[0] === name);
  for (const [param, { names, textsAt }] of Object.entries(fields)) {
    if (!names || isWrong(param)) continue;
    for (const within of textsAt?.(resolved[param]) ?? [[]]) {
      const at = [param, ...within];
      const text = valueAt(resolved, at);
      const named = typeof text === 'string' ? names(text) : null;
      if (!named) continue;
      const name = writtenPath(at);
      const { folderOf = [], rest = null } = named;
      const path = resolve(root, named.path);
      fileParams.push({ name, at, path, folderOf, rest });
      resolved = withValueAt(resolved, at, resolve(root, text as string)) as Record<string, unknown>;
      const problem = await findFileProblem(path, named);
      if (problem) placeOf(param).report(within, name, `must be ${problem}, got ${show(text)}`);
    }
  }
  const definite = resolved;
  return {
    name,
    script: written.script,
    needs: written.needs.map((need) => need.name),
    env: written.env,
    params: definite,
    fileParams,
    resolvedParams: Object.keys(fields).filter((field) => fields[field]!.isResolved),
    provenance: module.provenance ?? false,
    aside: module.aside ?? [],
    identity: async (note) => (await module.identity?.(definite, note)) ?? {},
  };
}

function placeIn(
  { name, given, keySpan }: WrittenStage,
  param: string,
  source: Source,
  overrides: readonly Override[],
  others: Problem[],
): Place {
  const entry = given.find(({ key }) => key === param);
  const override = overrides.findLast((each) => each.stage === name && each.param === param);
  return {
    report(path, what, wrong, hint) {
      const message = `${what} ${wrong}`;
      if (override?.at) source.report(path === 'key' ? override.at.keySpan : override.at.span, message, hint);
      else if (override) {
        const isNamed = what === param || what === `${name}.${param}`;
        others.push({
          place: override.place,
          message: isNamed ? wrong : message,
          ...(hint !== undefined && { hint }),
        });
      } else if (!entry) source.report(keySpan, message, hint);
      else if (path === 'key') source.report(entry.keySpan, message, hint);
      else source.report(source.spanAt(entry.value, entry.span, path), message, hint);
    },
  };
}

/** Reports a param of a stage that does not fit those of the stages that it needs, or the reverse. */
export function checkAgreement(
  { params, needs }: Stage,
  { agrees }: ParamsModule,
  stages: ReadonlyMap<string, Stage>,
  written: readonly WrittenStage[],
  source: Source,
  overrides: readonly Override[],
  others: Problem[],
): void {
  const ofNeeds = needs.flatMap((need) => {
    const stage = stages.get(need);
    return stage ? [[need, stage.params] as const] : [];
  });
  const wrong = agrees?.(params, Object.fromEntries(ofNeeds));
  if (!wrong) return;
  const { stage, param, must } = wrong;
  const place = placeIn(
    written.find(({ name }) => name === stage)!,
    param,
    source,
    overrides,
    others,
  );
  const value = stages.get(stage)!.params[param];
  place.report([], `${stage}.${param}`, `must be ${must}, got ${show(value)}`);
}

/** If the file `path`, which a param names, does not exist: the words to follow "must be". Otherwise null. */
async function findFileProblem(path: string, { folderOf = [], others }: NamedFile): Promise<string | null> {
  const isFile = async (path: string): Promise<boolean> =>
    (await stat(path).catch(() => null))?.isFile() ?? false;
  if (await isFile(path)) return null;
  const [inFolder] = folderOf;
  if (inFolder !== undefined && (await isFile(join(path, inFolder)))) return null;
  if (others) return others(path);
  return `a file that exists${inFolder === undefined ? '' : `, or a folder with ${inFolder}`}`;
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
      stage,
      `has no param "${param}"`,
      suggest(param, choices ?? [], `params of ${stage}`),
    );
  const near = choices && typeof value === 'string' ? nearest(value, choices) : undefined;
  const hint = near === undefined ? undefined : `did you mean "${near}"?`;
  const label = param + rest.map((step) => `[${step}]`).join('');
  place.report(rest, label, `${message}, got ${show(value)}`, hint);
}

/** The schema beside the script. If either file is missing or outside the project, reports it and returns null. */
export async function loadParams(
  written: WrittenStage,
  root: string,
  source: Source,
): Promise<ParamsModule | null> {
  const { name, script, scriptSpan } = written;
  if (script === '') return null;
  const file = resolve(root, script);
  const real = await realpath(file).catch(() => file);
  if (!file.startsWith(root + sep) || !real.startsWith(root + sep)) {
    source.report(scriptSpan, `${script} is outside the project`, `the script of a stage must be in ${root}`);
    return null;
  }
  const paramsPath = file.replace(/(\.[cm]?[jt]s)?$/, '.params$1');
  for (const path of [file, paramsPath])
    if (!(await stat(path).catch(() => null))?.isFile()) {
      const missing = relative(root, path);
      source.report(scriptSpan, `${name} needs ${missing}, which does not exist`, await scripts(name, root));
      return null;
    }
  try {
    const module = (await import(pathToFileURL(paramsPath).href)) as ParamsModule;
    if (typeof module.params?.fields === 'object') return module;
    source.report(scriptSpan, `${relative(root, paramsPath)} does not export params`);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    source.report(scriptSpan, `${relative(root, paramsPath)} cannot be loaded: ${why}`);
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
