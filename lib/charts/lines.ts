// Draws curves over one x axis.
import type { Bars, Lines, Table } from './figure.ts';
import { createFrame, padDomain } from './frame.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { drawPanel, Plot } from './parts/plot.ts';
import { MUTED, SERIES_COLOURS } from './style.ts';

const WIDTH = 760;
const HEIGHT = 340;

export function drawLines({ title, subtitle, x, y, series, dots, marks, bands }: Lines): Drawing {
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

/** The last value, or a round number just beyond it: an axis over 24,999 epochs ends at 25,000. */
function roundUp(first: number, last: number): number {
  const round = Number(last.toPrecision(2));
  return round > last && round - last < 0.005 * (last - first) ? round : last;
}

/** One row per point. */
export function linesTable({ x, series, names }: Pick<Lines | Bars, 'x' | 'series' | 'names'>): Table {
  return {
    columns: {
      [names.series]: series.flatMap(({ name }) => new Array<string>(x.values.length).fill(name)),
      [names.x]: Float64Array.from(series.flatMap(() => x.values)),
      [names.y]: Float64Array.from(series.flatMap(({ values }) => Array.from(values))),
    },
  };
}
