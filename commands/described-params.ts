/**
 * Every param of every stage with its default, what it may be, and the sentence about it. That is the comment above it in
 * `stages/<key>.params.ts`: as a comment it can be improved without making the stage stale.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { ParamsSchema } from '../lib/runner/schema.ts';

export interface DescribedParam {
  readonly name: string;
  readonly default: unknown;
  /** In words that follow "must be". */
  readonly must: string;
  readonly says: string;
}

export interface DescribedStage {
  readonly stage: string;
  readonly params: readonly DescribedParam[];
}

const STAGES = new URL('../stages/', import.meta.url);
const ENDING = '.params.ts';

/** All stages, sorted by name. Params that the runner fills in are left out. */
export async function describeStages(): Promise<DescribedStage[]> {
  const files = (await readdir(STAGES)).filter((name) => name.endsWith(ENDING)).sort();
  return Promise.all(files.map((file) => describeStage(file)));
}

async function describeStage(file: string): Promise<DescribedStage> {
  const url = new URL(file, STAGES);
  const { params, provenance } = (await import(url.href)) as {
    readonly params: ParamsSchema;
    /** The runner fills the params in. */
    readonly provenance?: boolean;
  };
  const says = commentsOf(await readFile(url, 'utf8'));
  const fields = provenance ? [] : Object.entries(params.fields);
  return {
    stage: file.slice(0, -ENDING.length),
    params: fields.map(([name, field]) => {
      const isAll = JSON.stringify(field.default) === JSON.stringify(field.choices);
      const value = isAll ? 'all' : field.default;
      return { name, default: value, must: field.must, says: says.get(name) ?? '' };
    }),
  };
}

/** The doc comments of `source`, such as this one, each in one line, by the name that follows it. */
function commentsOf(source: string): Map<string, string> {
  const comments = source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(\w+):/g);
  return new Map(
    [...comments].map(([, text, name]) => [
      name!,
      text!
        .replace(/^\s*\* ?/gm, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .replace(/^@deprecated/, 'Deprecated:'),
    ]),
  );
}
