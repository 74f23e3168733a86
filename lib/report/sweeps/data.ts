// The data in the page of sweeps: a list of SweepData, and a block of bytes as text for each figure, its SVG gzipped.
// Node writes it and the browser reads it, so this file imports nothing of either.
import type { CurveBundleOptions, PhaseMapOptions, SpreadOptions } from '../../charts/figure.ts';

/** The figures of a sweep of trainings, as options for lib/charts. */
export interface Pictures {
  /** One for each axis except seeds. */
  readonly epochs: readonly SpreadOptions[];
  /** One for each pair of axes. */
  readonly phases: readonly PhaseMapOptions[];
  readonly losses: CurveBundleOptions;
}

export interface SweepPoint {
  readonly point: string;
  readonly outcome: 'done' | 'failed';
  /** `stage.param` -> value. */
  readonly params: Readonly<Record<string, unknown>>;
  /** `stage.field` -> value; null if the point failed, or for an epoch that it never reached. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SweepData {
  readonly name: string;
  /** The folder of its points, relative to where the command was run. */
  readonly folder: string;
  /** Its text in pipeline.yaml. */
  readonly yaml: string;
  /** The largest number of epochs that a point could train; null if the sweep does not train. */
  readonly cap: number | null;
  readonly points: readonly SweepPoint[];
  /** Null if the sweep does not train. In JSON, an epoch that was never reached is null. */
  readonly pictures: Pictures | null;
  /** Figures in <name>/figures/, by name without extension; the block has the SVG. */
  readonly figures: readonly { readonly name: string; readonly title: string; readonly block: string }[];
}
