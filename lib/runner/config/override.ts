/** `--set train.seed=1`: the value of one param of one stage, in YAML. */
import { canonicalJson } from '../../files/canonical-json.ts';
import { ConfigurationError, type Problem } from '../../files/problem.ts';
import { parseValue, type Span } from '../../files/yaml.ts';

export interface Override {
  /** Its name in messages: `--set train.seed`. */
  readonly place: string;
  readonly stage: string;
  readonly param: string;
  readonly value: unknown;
  /** Its place in pipeline.yaml, if it is written there, as in a sweep. */
  readonly at?: { readonly keySpan: Span; readonly span: Span };
}

/** Throws a ConfigurationError that lists all malformed texts. If two set the same param, the later one counts. */
export function parseOverrides(texts: readonly string[]): Override[] {
  const problems: Problem[] = [];
  const overrides = texts.flatMap((text) => {
    const match = /^([^.=]+)\.([^.=]+)=(.*)$/s.exec(text);
    const value = match && parseValue(match[3]!);
    if (match && value)
      return [
        { place: `--set ${match[1]}.${match[2]}`, stage: match[1]!, param: match[2]!, value: value.data },
      ];
    const message = match ? 'the value is not YAML' : 'must look like stage.param=value';
    problems.push({ place: `--set ${text}`, message, hint: 'for example --set train.seed=1' });
    return [];
  });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return overrides;
}

/** In the form that `--set` takes. */
export function formatOverride({ stage, param, value }: Override): string {
  const isPlain = typeof value === 'string' && /^[\w./-]+$/.test(value) && parseValue(value)?.data === value;
  return `${stage}.${param}=${isPlain ? value : canonicalJson(value)}`;
}
