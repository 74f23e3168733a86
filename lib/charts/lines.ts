// Draws curves over one x axis.
import type { Bars, Lines, Table } from './figure.ts';
import { createFrame, padDomain } from './frame.ts';
import { roundEnd } from './numbers.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { nameValues } from './parts/names.ts';
import { drawPanel, Plot } from './parts/plot.ts';
import { MUTED, SERIES_COLOURS } from './style.ts';

const WIDTH = 760;
const HEIGHT = 340;

export function drawLines(figure: Lines): Drawing {
  const { title, subtitle, x, y, series, dots, stems, marks, bands } = figure;
  const shown = (value: number): number => (y.log && !(value > 0) ? NaN : value);
  const first = x.values.reduce((least, value) => Math.min(least, value), Infinity);
  const last = roundEnd(
    first,
    x.values.reduce((most, value) => Math.max(most, value), -Infinity),
  );
  const room = dots ? 0.02 * (last - first || 1) : 0;
  const domain = padDomain(
    series.flatMap(({ values }) => Array.from(values)),
    y.log,
  );
  const frame = createFrame({
    width: WIDTH,
    height: HEIGHT,
    x: {
      label: x.label,
      domain: [first - room, (last === first ? first + 1 : last) + room],
      counted: dots ?? false,
    },
    y: { ...y, domain },
    marks: marks ?? [],
    bands: bands ?? [],
  });
  const colours = series.map(({ colour }, i) =>
    colour === 'grey' ? MUTED : SERIES_COLOURS[(colour ?? i) % SERIES_COLOURS.length]!,
  );
  const curves = series.flatMap(({ values, dashed }, i) => {
    const data = x.values.map((at, j): [number, number] => [at, shown(values[j]!)]);
    const stroke = { stroke: colours[i]!, strokeWidth: 1.8, strokeLinejoin: 'round' } as const;
    if (dashed) return [Plot.line(data, { ...stroke, strokeDasharray: '5,3' })];
    const dot = Plot.dot(data, { fill: colours[i]!, r: stems ? 3.2 : 2.6 });
    if (stems) return [Plot.ruleX(data, { x: '0', y1: domain[0], y2: '1', ...stroke }), dot];
    return dots ? [Plot.line(data, stroke), dot] : [Plot.line(data, stroke)];
  });
  const panel = drawPanel({
    ...frame.options,
    marks: [...frame.back, ...curves, ...namesAbove(figure, domain), ...frame.front],
  });
  const legend = series.flatMap(({ name, dashed, unnamed }, i) =>
    unnamed ? [] : [{ name, colour: colours[i]!, mark: dashed ? ('dashes' as const) : ('line' as const) }],
  );
  return composeFigure({ title, subtitle, legend: legend.length > 1 ? legend : [], panels: [panel] });
}

/** Names of some values of x above the first series. */
function namesAbove(
  { x, y, series, named = [] }: Lines,
  [low, high]: readonly [number, number],
): Plot.Markish[] {
  const share = (value: number): number =>
    y.log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
  const across = (WIDTH - 80) / (x.values.at(-1)! - x.values[0]!);
  return nameValues(
    named.map((at) => {
      const value = series[0]!.values[x.values.indexOf(at)]!;
      return { x: at, y: value, left: at * across, top: -HEIGHT * share(value) };
    }),
    7,
  );
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
