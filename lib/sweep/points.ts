/** Points of a sweep: which there are, and what their folders are called. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../runner/key.ts';
import type { Override } from '../runner/override.ts';
import type { Pipeline } from '../runner/pipeline.ts';

export interface Point {
  /** `train_fraction=0.3,seed=999`: the name of its folder. */
  readonly name: string;
  /** With the point's own params, and the stages that the sweep needs. */
  readonly pipeline: Pipeline;
}

const LONGEST = 120;

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
