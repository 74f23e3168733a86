// Curves over one x axis: losses over epochs, singular values over their index.
import { composeFigure } from './compose.ts';
import type { Figure, Table } from './figure.ts';
import { createFrame, padDomain, type Band, type Mark } from './frame.ts';
import { drawPanel, Plot } from './plot.ts';
import { MUTED, SERIES_COLOURS } from './style.ts';

export interface LineSeries {
  readonly name: string;
  readonly values: ArrayLike<number>;
  /** Number of a colour of the house style; by default its place in the list. */
  readonly colour?: number | 'grey';
  readonly dashed?: boolean;
  /** Not in the legend: one of many that need no name. */
  readonly unnamed?: boolean;
}

export interface LinesOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  /** On a log axis values that are not positive are left out. */
  readonly y: { readonly label: string; readonly log?: boolean };
  /** One value for each of x.values; NaN leaves a gap. */
  readonly series: readonly LineSeries[];
  /** A dot at every value, for axes that count things. */
  readonly dots?: boolean;
  readonly marks?: readonly Mark[];
  readonly bands?: readonly Band[];
}

const WIDTH = 760;
const HEIGHT = 340;

export function lines({ title, subtitle, x, y, series, dots, marks, bands }: LinesOptions): Figure {
  const shown = (value: number): number => (y.log && !(value > 0) ? NaN : value);
  const first = x.values.reduce((least, value) => Math.min(least, value), Infinity);
  const last = roundUp(
    first,
    x.values.reduce((most, value) => Math.max(most, value), -Infinity),
  );
  const room = dots ? 0.02 * (last - first || 1) : 0;
  const frame = createFrame({
    width: WIDTH,
    height: HEIGHT,
    x: {
      label: x.label,
      domain: [first - room, (last === first ? first + 1 : last) + room],
      counted: dots ?? false,
    },
    y: {
      ...y,
      domain: padDomain(
        series.flatMap(({ values }) => Array.from(values)),
        y.log,
      ),
    },
    marks: marks ?? [],
    bands: bands ?? [],
  });
  const colours = series.map(({ colour }, i) =>
    colour === 'grey' ? MUTED : SERIES_COLOURS[(colour ?? i) % SERIES_COLOURS.length]!,
  );
  const curves = series.flatMap(({ values, dashed }, i) => {
    const data = x.values.map((at, j): [number, number] => [at, shown(values[j]!)]);
    const stroke = { stroke: colours[i]!, strokeWidth: 1.8, strokeLinejoin: 'round' } as const;
    const line = Plot.line(data, dashed ? { ...stroke, strokeDasharray: '5,3' } : stroke);
    return dots && !dashed ? [line, Plot.dot(data, { fill: colours[i]!, r: 2.6 })] : [line];
  });
  const panel = drawPanel({ ...frame.options, marks: [...frame.back, ...curves, ...frame.front] });
  const legend = series.flatMap(({ name, dashed, unnamed }, i) =>
    unnamed ? [] : [{ name, colour: colours[i]!, mark: dashed ? ('dashes' as const) : ('line' as const) }],
  );
  return composeFigure({ title, subtitle, legend: legend.length > 1 ? legend : [], panels: [panel] });
}

/** The last value, or a round number where that is hardly further: an axis over 24,999 epochs ends at 25,000. */
function roundUp(first: number, last: number): number {
  const round = Number(last.toPrecision(2));
  return round > last && round - last < 0.005 * (last - first) ? round : last;
}

/** The numbers of the figure in long form: a row per point, columns `series`, `x` and `y` under the names given. */
export function linesTable(
  { x, series }: Pick<LinesOptions, 'x' | 'series'>,
  names: { readonly series: string; readonly x: string; readonly y: string },
): Table {
  const n = x.values.length;
  return {
    schema: {
      columns: {
        [names.series]: { type: 'utf8' },
        [names.x]: { type: 'float64' },
        [names.y]: { type: 'float64' },
      },
      metadata: {},
    },
    columns: {
      [names.series]: series.flatMap(({ name }) => new Array<string>(n).fill(name)),
      [names.x]: Float64Array.from(series.flatMap(() => x.values)),
      [names.y]: Float64Array.from(series.flatMap(({ values }) => Array.from(values))),
    },
  };
}
