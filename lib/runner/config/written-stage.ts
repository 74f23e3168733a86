/** Stages as they are written in pipeline.yaml, before their params are checked. Problems are reported in place. */
import { show, suggest } from '../../files/problem.ts';
import type { Entry, Source, Span } from '../../files/yaml.ts';

export interface WrittenStage {
  readonly name: string;
  readonly keySpan: Span;
  readonly script: string;
  readonly scriptSpan: Span;
  readonly needs: readonly { readonly name: string; readonly span: Span }[];
  readonly env: readonly string[];
  readonly given: Entry[];
}

const TOP_KEYS = ['stages', 'sweeps']; // lib/sweep reads the sweeps
const STAGE_KEYS = ['run', 'needs', 'env', 'params'];
const STAGE_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const TAKEN_NAME = 'sweeps';
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** All stages, in the order of the file. */
export function readWrittenStages(source: Source): WrittenStage[] {
  const top = source.entries(source.root, [0, 0], 'the pipeline') ?? [];
  for (const { key, keySpan } of top)
    if (!TOP_KEYS.includes(key))
      source.report(keySpan, `unknown key "${key}"`, suggest(key, TOP_KEYS, 'keys'));
  const stages = top.find(({ key }) => key === 'stages');
  if (!stages) {
    if (source.problems.length === 0) source.report([0, 0], 'the pipeline has no "stages"');
    return [];
  }
  const entries = source.entries(stages.value, stages.span, 'stages') ?? [];
  if (entries.length === 0 && source.problems.length === 0) source.report(stages.span, 'there are no stages');
  return entries.flatMap((entry) => readStage(source, entry) ?? []);
}

function readStage(source: Source, { key: name, keySpan, value, span }: Entry): WrittenStage | null {
  if (!STAGE_NAME.test(name)) {
    const hint = 'lower-case letters, digits, - and _, beginning with a letter';
    source.report(keySpan, `${show(name)} cannot be the name of a stage`, hint);
    return null;
  }
  if (name === TAKEN_NAME)
    source.report(keySpan, `${name} cannot be the name of a stage`, 'artifacts/sweeps/ holds the sweeps');
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
      else if (items.findIndex((item) => item.data === data) < i) source.reportRepeated(span, data);
      else return [{ name: data, span }];
      return [];
    });
  };
  const run = fields.get('run');
  const script = run ? source.data(run.value) : `stages/${name}.ts`;
  if (typeof script !== 'string' || script.trim() === '')
    source.report(run!.span, `run must be the path of a script, got ${show(script)}`);
  const params = fields.get('params');
  const given = params && source.data(params.value) !== null;
  return {
    name,
    keySpan,
    script: typeof script === 'string' ? script : '',
    scriptSpan: run?.span ?? keySpan,
    needs: words('needs', STAGE_NAME, 'names of stages'),
    env: words('env', ENV_NAME, 'names of environment variables').map((word) => word.name),
    given: given ? (source.entries(params.value, params.span, 'params') ?? []) : [],
  };
}
