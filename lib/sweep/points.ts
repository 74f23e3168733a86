/** The points of a sweep, and the names of their folders. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../files/canonical-json.ts';
import type { Override, Pipeline } from '../runner/runner.ts';

export interface Point {
  /** Also the name of its folder: `train_fraction=0.3,seed=999`. */
  readonly name: string;
  /** Params from `set` of the sweep, then the point's own. */
  readonly overrides: readonly Override[];
  /** The stages that the sweep needs, with these params. */
  readonly pipeline: Pipeline;
}

const LONGEST = 120;
/** This many of the shortest runs take a day; checking them takes seconds. */
const MOST_POINTS = 10_000;

/** `1,000,000 points (1000 x 1000), more than 10,000`, or null if there are not too many. Makes no points. */
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

/** Every combination of values; the last axis changes fastest. Without axes there are none. */
export function crossPoints<T>(axes: readonly (readonly T[])[]): T[][] {
  if (axes.length === 0) return [];
  return axes.reduce<T[][]>(
    (points, values) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
}

/** Names of the points, made from their own params, with `stage.` before a param that two stages have. */
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

/** The value of `stage.param` in a point: its own, or that of pipeline.yaml or the default. */
export function paramOf({ pipeline }: Point, axis: string): unknown {
  const [stage = '', param = ''] = axis.split('.');
  return pipeline.stages.get(stage)?.params[param];
}
