// Bars over one counted axis, such as norms over frequencies with sine and cosine side by side.
import type { Columns } from '../files/arrow.ts';
import { composeFigure } from './compose.ts';
import type { Figure, Table } from './figure.ts';
import { createFrame, padDomain } from './frame.ts';
import { dodgeLabels } from './labels.ts';
import { linesTable } from './lines.ts';
import { drawPanel, Plot } from './plot.ts';
import { INK, MUTED, SERIES_COLOURS, TEXT_SIZE } from './style.ts';

export interface BarsOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  /** Not negative. */
  readonly y: { readonly label: string };
  /** One value for each of x.values; NaN for no bar, and the others at that x share its room. */
  readonly series: readonly {
    readonly name: string;
    readonly values: ArrayLike<number>;
    readonly grey?: boolean;
  }[];
  /** Values of x that are named above their bars; more than MAX_NAMED are not named, since then they say nothing. */
  readonly named?: readonly number[];
  /** A horizontal line with a name: a threshold, or what a known case would give. */
  readonly level?: { readonly y: number; readonly label: string };
}

const WIDTH = 860;
const HEIGHT = 300;
/** Of the distance between neighbouring x. */
const FILLED = 0.82;
const MAX_NAMED = 12;

export function bars({ title, subtitle, x, y, series, level, ...options }: BarsOptions): Figure {
  const named = options.named && options.named.length <= MAX_NAMED ? options.named : [];
  const step = x.values.length > 1 ? x.values[1]! - x.values[0]! : 1;
  const domain = [x.values[0]! - 0.7 * step, x.values.at(-1)! + 0.7 * step] as const;
  const [, high] = padDomain([0, level?.y ?? 0, ...series.flatMap(({ values }) => Array.from(values))]);
  const top = high * (named.length > 0 ? 1.06 : 1);
  const frame = createFrame({
    width: WIDTH,
    height: HEIGHT,
    x: { label: x.label, domain, counted: true },
    y: { label: y.label, domain: [0, top] },
  });
  const colour = (i: number): string =>
    series[i]!.grey ? MUTED : SERIES_COLOURS[i % SERIES_COLOURS.length]!;
  const rectangles = x.values.flatMap((at, j) => {
    const present = series.flatMap(({ values }, i) => (Number.isFinite(values[j]) ? [i] : []));
    const each = (FILLED * step) / present.length;
    return present.map((i, slot) => ({
      x1: at - (FILLED * step) / 2 + slot * each,
      x2: at - (FILLED * step) / 2 + (slot + 1) * each,
      y: series[i]!.values[j]!,
      fill: colour(i),
    }));
  });
  const tallest = (at: number): number => {
    const j = x.values.indexOf(at);
    return Math.max(0, ...series.map(({ values }) => values[j]!).filter(Number.isFinite));
  };
  const perUnit = { x: (WIDTH - 80) / (domain[1] - domain[0]), y: HEIGHT / top };
  const labels = named.map((at) => ({ text: String(at), x: at * perUnit.x, y: -tallest(at) * perUnit.y }));
  const baselines = dodgeLabels(labels);
  const panel = drawPanel({
    ...frame.options,
    marks: [
      ...frame.back,
      Plot.rect(rectangles, { x1: 'x1', x2: 'x2', y1: 0, y2: 'y', fill: 'fill' }),
      ...named.map((at, i) =>
        Plot.text([at], {
          x: at,
          y: tallest(at),
          dy: baselines[i]! - labels[i]!.y - 4,
          text: [String(at)],
          lineAnchor: 'bottom',
          fontWeight: 'bold',
          stroke: 'white',
          strokeWidth: 4,
          fill: INK,
          fontSize: TEXT_SIZE,
        }),
      ),
      ...(level ? [Plot.ruleY([level.y], { stroke: INK, strokeDasharray: '5,3' })] : []),
      ...frame.front,
    ],
  });
  const squares = series.map(({ name }, i) => ({ name, colour: colour(i), mark: 'square' as const }));
  const legend = [
    ...(series.length > 1 ? squares : []),
    ...(level ? [{ name: level.label, colour: INK, mark: 'dashes' as const }] : []),
  ];
  return composeFigure({ title, subtitle, legend, panels: [panel] });
}

/** The numbers of the figure in long form, without the places where there is no bar. */
export function barsTable(
  options: Pick<BarsOptions, 'x' | 'series'>,
  names: { readonly series: string; readonly x: string; readonly y: string },
): Table {
  const { schema, columns } = linesTable(options, names);
  const values = columns[names.y]!;
  const present = Array.from(values.keys()).filter((i) => Number.isFinite(values[i]));
  const takePresent = (column: Columns[string]): Columns[string] =>
    column instanceof Float64Array
      ? Float64Array.from(present, (i) => column[i]!)
      : present.map((i) => String(column[i]));
  const taken = Object.entries(columns).map(([name, column]) => [name, takePresent(column)] as const);
  return { schema, columns: Object.fromEntries(taken) };
}
