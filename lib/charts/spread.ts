// Draws the results of repeated runs at each place of an axis.
import type { Spread, Table } from './figure.ts';
import { createFrame } from './frame.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { drawPanel } from './parts/plot.ts';
import { colourOf, spreadMarks } from './spread-marks.ts';

const WIDTH = 760;
const HEIGHT = 360;

export function drawSpread(figure: Spread): Drawing {
  const { title, subtitle, series } = figure;
  const { frame, marks } = spreadMarks(figure, WIDTH);
  const { options: place, back, front } = createFrame({ ...frame, width: WIDTH, height: HEIGHT });
  const panel = drawPanel({ ...place, marks: [...back, ...marks, ...front] });
  const legend = series.map(({ name, isReference }, i) => {
    return { name, colour: colourOf(series, i), mark: isReference ? ('dashes' as const) : ('line' as const) };
  });
  return composeFigure({ title, subtitle, legend, panels: [panel] });
}

/** One row per run; NaN for one that never got there. */
export function spreadTable({ series, names }: Spread): Table {
  const rows = series.flatMap(({ name, runs }) => runs.map((run) => ({ name, ...run })));
  return {
    columns: {
      series: rows.map(({ name }) => name),
      [names.x]: Float64Array.from(rows, (row) => row.x),
      [names.y]: Float64Array.from(rows, (row) => (Number.isFinite(row.y) ? row.y : NaN)),
    },
  };
}
