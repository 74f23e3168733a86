// Measures over training as this project draws them, with the phases of training shaded.
import type { Band } from './frame.ts';
import type { LinesOptions, LineSeries } from './lines.ts';

/** Values of a measure at each checkpoint. */
export type Curve = ArrayLike<number>;

/** The checkpoints that all curves share. */
export interface Training {
  readonly epochs: readonly number[];
  readonly phases: readonly Band[];
}

interface CurvesOptions {
  readonly title: string;
  readonly subtitle: string;
  readonly label: string;
  readonly log?: boolean;
  readonly series: readonly LineSeries[];
}

/** Curves over epochs. */
export const curves = (
  { epochs, phases }: Training,
  { title, subtitle, label, log, series }: CurvesOptions,
): LinesOptions => ({
  title,
  subtitle,
  x: { label: 'epoch', values: epochs },
  y: { label, log: log ?? false },
  series,
  bands: phases,
});

/** Phases that were reached as bands; one that lasts ends with the axis. */
export function phaseBands(
  phases: Readonly<Record<string, { readonly from: number; readonly to: number | null } | null>>,
  last: number,
): Band[] {
  return Object.entries(phases).flatMap(([name, phase]) => {
    const to = phase?.to ?? last;
    return phase && to > phase.from ? [{ from: phase.from, to, label: name.replace('_', ' ') }] : [];
  });
}

/** A curve for each key frequency, and the largest of all others in grey; `value` is of frequency k at checkpoint i. */
export function frequencySeries(
  p: number,
  checkpoints: number,
  key: readonly number[],
  value: (k: number, i: number) => number,
): LineSeries[] {
  const all = Array.from({ length: p >> 1 }, (_, i) => i + 1);
  const over = (of: (i: number) => number): number[] => Array.from({ length: checkpoints }, (_, i) => of(i));
  const others = all.filter((k) => !key.includes(k));
  const largest = (i: number): number => others.reduce((most, k) => Math.max(most, value(k, i)), 0);
  return [
    ...key.map((k, colour) => ({ name: `k = ${k}`, values: over((i) => value(k, i)), colour })),
    ...(others.length > 0
      ? [{ name: 'largest of the others', values: over(largest), colour: 'grey' as const, dashed: true }]
      : []),
  ];
}
