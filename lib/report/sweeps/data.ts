// What travels in the page of sweeps: a list of these, and a block of base64 for each figure, its SVG gzipped.
// Written at the end of a sweep, read in the browser, so nothing here needs either.
import type { CurveBundleOptions, PhaseMapOptions, SpreadOptions } from '../../charts/figure.ts';

/** What the figures of a sweep of trainings show, each picture in the terms of lib/charts. */
export interface Pictures {
  /** Over each axis but seeds. */
  readonly epochs: readonly SpreadOptions[];
  /** Over each two axes. */
  readonly phases: readonly PhaseMapOptions[];
  readonly losses: CurveBundleOptions;
}

export interface SweepPoint {
  readonly point: string;
  readonly outcome: 'done' | 'failed';
  /** `stage.param` -> value. */
  readonly params: Readonly<Record<string, unknown>>;
  /** `stage.field` -> value; null where the point failed, or where it never came to that. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SweepData {
  readonly name: string;
  /** As it stands in pipeline.yaml. */
  readonly yaml: string;
  /** Most epochs that a point was given; null where the sweep does not train. */
  readonly cap: number | null;
  readonly points: readonly SweepPoint[];
  /** Null where the sweep does not train. An epoch that never came travels as null. */
  readonly pictures: Pictures | null;
  /** Files in <name>/figures/ without their extension; `block` has the SVG. */
  readonly figures: readonly { readonly name: string; readonly title: string; readonly block: string }[];
}
