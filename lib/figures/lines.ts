// Curves over one x axis: losses over epochs, singular values over their index.
import { composeFigure } from './compose.ts';
import type { Figure, Table } from './figure.ts';
import { createFrame, padDomain, type Band, type Mark } from './frame.ts';
import { drawPanel, Plot } from './plot.ts';
import { SERIES_COLOURS } from './style.ts';

export interface LinesOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: { readonly label: string; readonly values: readonly number[] };
  /** On a log axis values that are not positive are left out. */
  readonly y: { readonly label: string; readonly log?: boolean };
  /** One value for each of x.values; NaN leaves a gap. */
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** A dot at every value, for axes that count things. */
  readonly dots?: boolean;
  readonly marks?: readonly Mark[];
  readonly bands?: readonly Band[];
}

const WIDTH = 760;
const HEIGHT = 340;

export function lines({ title, subtitle, x, y, series, dots, marks, bands }: LinesOptions): Figure {
  const shown = (value: number): number => (y.log && !(value > 0) ? NaN : value);
  const [first, last] = [Math.min(...x.values), Math.max(...x.values)];
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
  const colour = (i: number): string => SERIES_COLOURS[i % SERIES_COLOURS.length]!;
  const curves = series.flatMap(({ values }, i) => {
    const data = x.values.map((at, j): [number, number] => [at, shown(values[j]!)]);
    const line = Plot.line(data, { stroke: colour(i), strokeWidth: 1.8, strokeLinejoin: 'round' });
    return dots ? [line, Plot.dot(data, { fill: colour(i), r: 2.6 })] : [line];
  });
  const panel = drawPanel({ ...frame.options, marks: [...frame.back, ...curves, ...frame.front] });
  const legend = series.map(({ name }, i) => ({ name, colour: colour(i), mark: 'line' as const }));
  return composeFigure({ title, subtitle, legend: legend.length > 1 ? legend : [], panels: [panel] });
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
