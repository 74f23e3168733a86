/**
 * pipeline.yaml -> stages in the order in which they can run, with params checked and defaults filled in.
 * Finds everything that is wrong at once and throws it as one ConfigurationError.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sortStages } from './order.ts';
import { ConfigurationError, nearest, show, suggest, type Problem } from './problem.ts';
import { checkParams, type ParamsSchema } from './schema.ts';
import { Source, type Entry, type Span } from './source.ts';
import type { Override } from './override.ts';

export interface Stage {
  readonly name: string;
  /** The script, relative to the root, with forward slashes. */
  readonly run: string;
  readonly needs: readonly string[];
  /** Environment variables that reach the stage and its key. */
  readonly env: readonly string[];
  readonly params: Readonly<Record<string, unknown>>;
  /** Names of the params whose value is the path of a file. */
  readonly fileParams: readonly string[];
  /** What the stage would run on: part of its key. */
  identity(): Promise<Record<string, string>>;
}

export interface Pipeline {
  /** The folder that stages/ and every path of pipeline.yaml stand in. */
  readonly root: string;
  /** By name; a stage comes after all that it needs. */
  readonly stages: ReadonlyMap<string, Stage>;
}

interface ParamsModule {
  readonly params: ParamsSchema;
  readonly identity?: (params: Readonly<Record<string, unknown>>) => Promise<Record<string, string>>;
}

/** A stage as the YAML has it, before its params are checked. */
interface Draft {
  readonly name: string;
  readonly keySpan: Span;
  readonly run: string;
  readonly runSpan: Span;
  readonly needs: readonly { readonly name: string; readonly span: Span }[];
  readonly env: readonly string[];
  readonly given: Entry[];
}

const STAGE_KEYS = ['run', 'needs', 'env', 'params'];
const STAGE_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Reads and checks `path`; `overrides` are the `--set`s of the command line. */
export async function readPipeline(path: string, overrides: readonly Override[] = []): Promise<Pipeline> {
  const file = resolve(path);
  const name = shortPath(file);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code ?? error.message})`;
    const hint = 'run from the folder that holds pipeline.yaml, or name another with --file';
    throw new ConfigurationError([{ place: name, message: why, hint }]);
  });
  const root = await realpath(findRoot(dirname(file)));
  const source = new Source(name, text);
  const drafts = source.problems.length > 0 ? [] : readDrafts(source);
  const order = sortStages(drafts, source);
  const others: Problem[] = checkTargets(overrides, drafts);
  const stages = await Promise.all(order.map((draft) => checkStage(draft, root, source, overrides, others)));
  const problems = [...source.problems.sort(byPlace), ...others];
  if (problems.length > 0) throw new ConfigurationError(problems);
  return { root, stages: new Map(stages.flatMap((stage) => (stage ? [[stage.name, stage]] : []))) };
}

/** The nearest folder upwards that has stages/; the working directory where there is none. */
function findRoot(folder: string): string {
  if (existsSync(join(folder, 'stages'))) return folder;
  return dirname(folder) === folder ? process.cwd() : findRoot(dirname(folder));
}

/** Relative to the working directory where it lies below it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' ? '.' : short.startsWith('..') ? path : short;
}

function readDrafts(source: Source): Draft[] {
  const top = source.entries(source.root, [0, 0], 'the pipeline') ?? [];
  for (const { key, keySpan } of top)
    if (key !== 'stages') source.report(keySpan, `unknown key "${key}"`, suggest(key, ['stages'], 'keys'));
  const stages = top.find(({ key }) => key === 'stages');
  if (!stages) {
    if (source.problems.length === 0) source.report([0, 0], 'the pipeline has no "stages"');
    return [];
  }
  const entries = source.entries(stages.value, stages.span, 'stages') ?? [];
  if (entries.length === 0 && source.problems.length === 0) source.report(stages.span, 'there are no stages');
  return entries.flatMap((entry) => readDraft(source, entry) ?? []);
}

function readDraft(source: Source, { key: name, keySpan, value, span }: Entry): Draft | null {
  if (!STAGE_NAME.test(name)) {
    const hint = 'small letters, digits, - and _, with a letter first';
    source.report(keySpan, `${show(name)} cannot be the name of a stage`, hint);
    return null;
  }
  const entries = value === null || source.data(value) === null ? [] : source.entries(value, span, name);
  if (!entries) return null;
  const fields = new Map(entries.map((entry) => [entry.key, entry]));
  for (const { key, keySpan } of entries)
    if (!STAGE_KEYS.includes(key))
      source.report(keySpan, `${name} has an unknown key "${key}"`, suggest(key, STAGE_KEYS, 'keys'));
  const words = (key: string, pattern: RegExp, what: string): { name: string; span: Span }[] => {
    const entry = fields.get(key);
    const items = entry ? (source.items(entry.value, entry.span, key) ?? []) : [];
    return items.flatMap(({ data, span }, i) => {
      if (typeof data !== 'string' || !pattern.test(data))
        source.report(span, `${key} must list ${what}, got ${show(data)}`);
      else if (items.findIndex((item) => item.data === data) < i)
        source.report(span, `${data} stands here twice`);
      else return [{ name: data, span }];
      return [];
    });
  };
  const run = fields.get('run');
  const script = run ? source.data(run.value) : `stages/${name}.ts`;
  if (typeof script !== 'string')
    source.report(run!.span, `run must be the path of a script, got ${show(script)}`);
  const params = fields.get('params');
  const given = params && source.data(params.value) !== null;
  return {
    name,
    keySpan,
    run: typeof script === 'string' ? script : '',
    runSpan: run?.span ?? keySpan,
    needs: words('needs', STAGE_NAME, 'names of stages'),
    env: words('env', ENV_NAME, 'names of environment variables').map((word) => word.name),
    given: given ? (source.entries(params.value, params.span, 'params') ?? []) : [],
  };
}

function checkTargets(overrides: readonly Override[], drafts: readonly Draft[]): Problem[] {
  const names = drafts.map((draft) => draft.name);
  return overrides
    .filter(({ stage }) => drafts.length > 0 && !names.includes(stage))
    .map(({ place, stage }) => ({
      place,
      message: `there is no stage "${stage}"`,
      hint: suggest(stage, names, 'stages'),
    }));
}

async function checkStage(
  draft: Draft,
  root: string,
  source: Source,
  overrides: readonly Override[],
  others: Problem[],
): Promise<Stage | null> {
  const module = await loadParams(draft, root, source);
  if (!module) return null;
  const { name, given } = draft;
  const set = new Map(overrides.filter(({ stage }) => stage === name).map((each) => [each.param, each]));
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of given) values[key] = source.data(value);
  for (const [param, { value }] of set) values[param] = value;
  const { params, issues } = checkParams(module.params, values);

  const report = (
    param: string,
    path: readonly (string | number)[],
    message: string,
    hint?: string,
  ): void => {
    const entry = given.find(({ key }) => key === param);
    const override = set.get(param);
    if (override) others.push({ place: override.place, message, ...(hint !== undefined && { hint }) });
    else if (!entry) source.report(draft.keySpan, message, hint);
    else
      source.report(
        path.length > 0 ? source.spanAt(entry.value, entry.span, path) : entry.keySpan,
        message,
        hint,
      );
  };
  for (const { path, message, value, choices } of issues) {
    const param = String(path[0]);
    const label =
      param +
      path
        .slice(1)
        .map((step) => `[${step}]`)
        .join('');
    if (!Object.hasOwn(module.params.fields, param))
      report(
        param,
        [],
        `${name} has no param "${param}"`,
        suggest(param, choices ?? [], `params of ${name}`),
      );
    else {
      const near = choices && typeof value === 'string' ? nearest(value, choices) : undefined;
      const hint = near === undefined ? undefined : `did you mean "${near}"?`;
      report(param, path.slice(1).concat(-1), `${label} ${message}, got ${show(value)}`, hint);
    }
  }

  const fileParams = Object.keys(module.params.fields).filter((key) => module.params.fields[key]!.isFile);
  const resolved: Record<string, unknown> = { ...params };
  for (const param of fileParams) {
    const path = resolved[param];
    if (typeof path !== 'string' || path === '') continue;
    resolved[param] = resolve(root, path);
    const found = await stat(resolve(root, path)).catch(() => null);
    if (!found?.isFile()) report(param, [-1], `${param} must be a file that exists, got ${show(path)}`);
  }
  return {
    name,
    run: draft.run,
    needs: draft.needs.map((need) => need.name),
    env: draft.env,
    params: resolved,
    fileParams,
    identity: async () => (await module.identity?.(resolved)) ?? {},
  };
}

/** The schema beside the script, after the script itself was found inside the project. */
async function loadParams(draft: Draft, root: string, source: Source): Promise<ParamsModule | null> {
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

function byPlace(x: Problem, y: Problem): number {
  const position = ({ place }: Problem): number[] => place.split(':').slice(-2).map(Number);
  const [lineX = 0, columnX = 0] = position(x);
  const [lineY = 0, columnY = 0] = position(y);
  return lineX - lineY || columnX - columnY;
}
