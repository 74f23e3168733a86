/** Points of a sweep: which there are, and what their folders are called. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../files/canonical-json.ts';
import type { Override, Pipeline } from '../runner/runner.ts';

export interface Point {
  /** `train_fraction=0.3,seed=999`: the name of its folder. */
  readonly name: string;
  /** What the sweep sets, and the point's own. */
  readonly overrides: readonly Override[];
  /** With these params, and the stages that the sweep needs. */
  readonly pipeline: Pipeline;
}

const LONGEST = 120;
/** A day of the shortest runs; checking as many takes seconds. */
const MOST_POINTS = 10_000;

/** `1,000,000 points (1000 x 1000), more than 10,000`: null where there are not that many. Builds none of them. */
export function findExcess(lengths: readonly number[], explicit: number): string | null {
  const count =
    (lengths.length === 0 ? 0 : lengths.reduce((product, length) => product * length, 1)) + explicit;
  if (count <= MOST_POINTS) return null;
  const most = MOST_POINTS.toLocaleString('en-US');
  if (count > 1e15) return `over 1e15 points, more than ${most}`;
  const terms = [lengths.join(' x '), ...(explicit > 0 ? [String(explicit)] : [])].filter(
    (term) => term !== '',
  );
  return `${count.toLocaleString('en-US')} points (${terms.join(' + ')}), more than ${most}`;
}

/** Every combination, the last axis running fastest; none where there is no axis. */
export function crossPoints<T>(axes: readonly (readonly T[])[]): T[][] {
  if (axes.length === 0) return [];
  return axes.reduce<T[][]>(
    (points, values) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
}

/** A name a point, by its params alone; a param goes by its own name where no other stage's has the same. */
export function namePoints(points: readonly (readonly Override[])[]): string[] {
  const stagesOf = new Map<string, Set<string>>();
  for (const { stage, param } of points.flat())
    stagesOf.set(param, (stagesOf.get(param) ?? new Set()).add(stage));
  return points.map((point) => {
    const words = point.map(({ stage, param, value }) => {
      const label = stagesOf.get(param)!.size > 1 ? `${stage}.${param}` : param;
      const text = typeof value === 'string' ? value : canonicalJson(value);
      return `${label}=${text}`;
    });
    const name = words.join(',');
    const plain = name.replaceAll(/[^A-Za-z0-9_.,=+-]/g, '_');
    if (plain === name && name.length <= LONGEST) return name;
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
    return `${plain.slice(0, LONGEST)}-${hash}`;
  });
}

/** The value that a point has for `stage.param`, whether it gives one or not. */
export function paramOf({ pipeline }: Point, axis: string): unknown {
  const [stage = '', param = ''] = axis.split('.');
  return pipeline.stages.get(stage)?.params[param];
}
