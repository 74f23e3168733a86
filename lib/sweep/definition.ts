/**
 * Reads one sweep from `sweeps:` of pipeline.yaml. Each point is checked as the pipeline it is. All errors are reported
 * at once, each with its place in the file.
 */
import { canonicalJson } from '../files/canonical-json.ts';
import { byPlace, ConfigurationError, show, suggest, type Problem } from '../files/problem.ts';
import type { Entry, Source, Value } from '../files/yaml.ts';
import { withNeeds, type Override, type PipelineFile } from '../runner/runner.ts';
import { EXECUTORS } from './executors/registry.ts';
import { comparedFields, readCollect } from './fields.ts';
import { crossPoints, findExcess, namePoints, type Point } from './points.ts';
import type { Sweep } from './sweep.ts';

/** Executors that a sweep may have settings for, under their name. */
const CONFIGURABLE = EXECUTORS.filter(({ readSettings }) => readSettings);
const KEYS = [
  ...['until', 'set', 'matrix', 'points', 'collect', 'published'],
  ...CONFIGURABLE.map((executor) => executor.name),
];
const NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/** Names of the sweeps in the file. */
export const sweepNames = ({ source }: PipelineFile): string[] => entriesOf(source).map(({ key }) => key);

function entriesOf(source: Source): Entry[] {
  if (source.problems.length > 0) throw new ConfigurationError(source.problems);
  const top = source.entries(source.root, [0, 0], 'the pipeline') ?? [];
  const sweeps = top.find(({ key }) => key === 'sweeps');
  return sweeps ? (source.entries(sweeps.value, sweeps.span, 'sweeps') ?? []) : [];
}

/** A sweep while it is read: its entry in the file, and the entries in that by key. */
interface Draft {
  readonly source: Source;
  readonly name: string;
  readonly entry: Entry;
  readonly fields: ReadonlyMap<string, Entry>;
}

/** The sweep `name`. Throws a ConfigurationError with everything that is wrong with it. */
export async function readSweep(file: PipelineFile, name: string): Promise<Sweep> {
  const { source, written } = file;
  const draft = openDraft(file, name);
  const { entry, fields } = draft;
  const stages = readStages(draft, written);
  const set = entriesIn(draft, 'set').flatMap((each) => readOverride(source, each, stages) ?? []);
  const given = readPoints(draft, set, stages);
  const scripts = new Map(written.flatMap(({ name, script }) => (stages.has(name) ? [[name, script]] : [])));
  const collect = fields.get('collect');
  const items = collect ? (source.items(collect.value, collect.span, 'collect') ?? []) : [];
  const collected = stages.size > 0 ? readCollect(source, items, scripts) : [];
  const published = readPublished(draft);
  const settings = Object.fromEntries(
    CONFIGURABLE.map((executor) => [
      executor.name,
      executor.readSettings!(source, fields.get(executor.name)),
    ]),
  );
  if (source.problems.length > 0) throw new ConfigurationError(source.problems.sort(byPlace));
  const points = await definePoints(file, stages, set, given);
  return {
    name,
    stages,
    axes: [...new Set(given.flatMap((point) => point.map(({ stage, param }) => `${stage}.${param}`)))],
    points,
    fields: [...new Set([...comparedFields(scripts), ...collected])],
    published,
    settings,
    yaml: `  ${points[0]!.pipeline.text.slice(entry.keySpan[0], entry.span[1])}`,
  };
}

function openDraft(file: PipelineFile, name: string): Draft {
  const { source } = file;
  const entry = entriesOf(source).find(({ key }) => key === name);
  if (!entry) {
    const hint = suggest(name, sweepNames(file), 'sweeps');
    throw new ConfigurationError([{ place: `sweep ${name}`, message: `there is no sweep "${name}"`, hint }]);
  }
  if (!NAME.test(name))
    source.report(
      entry.keySpan,
      `${show(name)} cannot be the name of a sweep`,
      'lower-case letters, digits, - and _, beginning with a letter',
    );
  const entries = source.entries(entry.value, entry.span, name) ?? [];
  for (const { key, keySpan } of entries)
    if (!KEYS.includes(key))
      source.report(keySpan, `${name} has an unknown key "${key}"`, suggest(key, KEYS, 'keys'));
  return { source, name, entry, fields: new Map(entries.map((field) => [field.key, field])) };
}

/** The entries of the mapping under `key`; none if there is no such key. */
function entriesIn({ source, fields }: Draft, key: string): Entry[] {
  const field = fields.get(key);
  return field ? (source.entries(field.value, field.span, key) ?? []) : [];
}

/** The stage `until` and all it needs; empty, with a problem reported, if there is no such stage. */
function readStages({ source, name, entry, fields }: Draft, written: PipelineFile['written']): Set<string> {
  const known = new Map(
    written.map((stage) => [stage.name, { needs: stage.needs.map((need) => need.name) }]),
  );
  const until = fields.get('until');
  const target = until ? source.data(until.value) : undefined;
  if (typeof target === 'string' && known.has(target)) return withNeeds(known, [target]);
  source.report(
    until?.span ?? entry.keySpan,
    until ? `there is no stage ${show(target)}` : `${name} does not say until which stage it runs`,
    typeof target === 'string' ? suggest(target, [...known.keys()], 'stages') : 'until: train',
  );
  return new Set();
}

/** `stage.param: value` as an override; null, with a problem reported, if it cannot be one. */
function readOverride(
  source: Source,
  { key, keySpan, value, span }: Entry,
  stages: ReadonlySet<string>,
): Override | null {
  const [, stage = '', param = ''] = /^([^.]+)\.([^.]+)$/.exec(key) ?? [];
  if (param === '') source.report(keySpan, `"${key}" must look like stage.param`, 'for example train.seed');
  else if (stages.size > 0 && !stages.has(stage))
    source.report(keySpan, `this sweep runs no stage "${stage}"`, suggest(stage, [...stages], 'stages'));
  else return { place: key, stage, param, value: source.data(value), at: { keySpan, span } };
  return null;
}

/** The params of each point, from `matrix` and from `points`. */
function readPoints(draft: Draft, set: readonly Override[], stages: ReadonlySet<string>): Override[][] {
  const { source, name, entry, fields } = draft;
  const axes = entriesIn(draft, 'matrix').map((axis) => ({
    axis,
    values: source.items(axis.value, axis.span, axis.key) ?? [],
  }));
  const points = fields.get('points');
  const listed = points ? (source.nodes(points.value, points.span, 'points') ?? []) : [];
  const tooMany = findExcess(
    axes.map(({ values }) => values.length),
    listed.length,
  );
  if (tooMany !== null) {
    const place = (fields.get('matrix') ?? points ?? entry).keySpan;
    source.report(
      place,
      `${name} has ${tooMany}`,
      'take values out of its lists, or make several sweeps of it',
    );
    throw new ConfigurationError(source.problems.sort(byPlace));
  }
  const matrix = axes.map(({ axis, values }) => {
    if (set.some(({ place }) => place === axis.key))
      source.report(axis.keySpan, `${axis.key} is also in set`, 'take it out of one of the two');
    return readAxis(source, axis, values, stages);
  });
  const explicit = listed.map(({ node, span }) => {
    const entries = source.entries(node, span, 'a point') ?? [];
    if (entries.length === 0) source.report(span, 'a point must give at least one param');
    return entries.flatMap((each) => readOverride(source, each, stages) ?? []);
  });
  const given = [...crossPoints(matrix), ...explicit];
  if (given.length === 0 && source.problems.length === 0)
    source.report(entry.keySpan, `${name} has no points`, 'give a matrix of params to lists, or points');
  return given;
}

/** An override for each value of an axis. */
function readAxis(
  source: Source,
  axis: Entry,
  values: readonly Value[],
  stages: ReadonlySet<string>,
): Override[] {
  if (values.length === 0) source.report(axis.span, `${axis.key} has no values`);
  const texts = values.map(({ data }) => canonicalJson(data));
  for (const [i, { span }] of values.entries())
    if (texts.indexOf(texts[i]!) < i) source.reportRepeated(span, texts[i]!);
  const override = readOverride(source, axis, stages);
  return values.flatMap(({ data, span }) =>
    override ? [{ ...override, value: data, at: { keySpan: axis.keySpan, span } }] : [],
  );
}

function readPublished(draft: Draft): ReadonlyMap<number, number> | null {
  const { source } = draft;
  const entries = entriesIn(draft, 'published');
  for (const { key, value, span } of entries)
    if (Number.isNaN(Number(key)) || typeof source.data(value) !== 'number')
      source.report(span, 'published must map values of the first axis to epochs');
  if (entries.length === 0) return null;
  return new Map(entries.map(({ key, value }) => [Number(key), Number(source.data(value))]));
}

/** Makes a pipeline for each point. */
async function definePoints(
  file: PipelineFile,
  stages: ReadonlySet<string>,
  set: readonly Override[],
  given: readonly (readonly Override[])[],
): Promise<Point[]> {
  await file.define([]); // errors in the stages themselves are reported once
  const { source } = file;
  const problems = new Map<string, Problem>();
  const points: Point[] = [];
  const names = namePoints(given);
  /** Names of the points so far, by name and by the params of all their stages. */
  const runs = new Map<string, string>();
  for (const [i, own] of given.entries())
    try {
      if (source.omitted > 0) break; // enough problems to read, and each further point would find the same ones
      const [name, overrides] = [names[i]!, [...set, ...own]];
      const pipeline = await file.define(overrides, stages);
      const run = canonicalJson([...pipeline.stages.values()].map(({ params }) => params));
      const other = runs.get(run) ?? runs.get(name);
      if (other !== undefined) source.report(own[0]!.at!.keySpan, `${name} is the same run as ${other}`);
      runs.set(run, name).set(name, name);
      points.push({ name, overrides, pipeline });
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      for (const problem of error.problems) problems.set(`${problem.place} ${problem.message}`, problem);
    }
  for (const problem of source.problems) problems.set(`${problem.place} ${problem.message}`, problem);
  if (problems.size > 0) throw new ConfigurationError([...problems.values()].sort(byPlace), source.omitted);
  return points;
}
