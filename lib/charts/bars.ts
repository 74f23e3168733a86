// Draws bars over one counted axis.
import type { Bars, Table } from './figure.ts';
import { createFrame, padDomain } from './frame.ts';
import { linesTable } from './lines.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { nameValues } from './parts/names.ts';
import { drawPanel, Plot } from './parts/plot.ts';
import { INK, MUTED, SERIES_COLOURS } from './style.ts';

const WIDTH = 860;
const HEIGHT = 300;
/** Share of the distance between neighbouring x that bars fill. */
const FILLED = 0.82;

export function drawBars({ title, subtitle, x, y, series, level, ...options }: Bars): Drawing {
  const { named = [] } = options;
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
  const names = named.map((at) => {
    const y = tallest(at);
    return { x: at, y, left: at * perUnit.x, top: -y * perUnit.y };
  });
  const panel = drawPanel({
    ...frame.options,
    marks: [
      ...frame.back,
      Plot.rect(rectangles, { x1: 'x1', x2: 'x2', y1: 0, y2: 'y', fill: 'fill' }),
      ...nameValues(names, 4),
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

/** One row per bar. */
export function barsTable(figure: Bars): Table {
  const { columns } = linesTable(figure);
  const values = columns[figure.names.y]!;
  const present = Array.from(values.keys()).filter((i) => Number.isFinite(values[i]));
  const takePresent = (column: Table['columns'][string]): string[] | Float64Array =>
    Array.isArray(column) ? present.map((i) => column[i]!) : Float64Array.from(present, (i) => column[i]!);
  const taken = Object.entries(columns).map(([name, column]) => [name, takePresent(column)] as const);
  return { columns: Object.fromEntries(taken) };
}
