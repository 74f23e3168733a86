// The figure of what repeated runs gave at each place of an axis, with its numbers.
import { composeFigure } from './compose.ts';
import type { Figure, Table } from './figure.ts';
import { createFrame } from './frame.ts';
import { drawPanel } from './plot.ts';
import { colourOf, drawSpread, type SpreadOptions } from './spread-marks.ts';

const WIDTH = 760;
const HEIGHT = 360;

export function spread(options: SpreadOptions): Figure {
  const { title, subtitle, series } = options;
  const { frame, marks } = drawSpread(options, WIDTH);
  const { options: place, back, front } = createFrame({ ...frame, width: WIDTH, height: HEIGHT });
  const panel = drawPanel({ ...place, marks: [...back, ...marks, ...front] });
  const legend = series.map(({ name, isReference }, i) => {
    return { name, colour: colourOf(series, i), mark: isReference ? ('dashes' as const) : ('line' as const) };
  });
  return composeFigure({ title, subtitle, legend, panels: [panel] });
}

/** The numbers of the figure: a row a run, `series`, x and y under the names given; NaN for a run that never got there. */
export function spreadTable(
  { series }: SpreadOptions,
  names: { readonly x: string; readonly y: string },
): Table {
  const rows = series.flatMap(({ name, runs }) => runs.map((run) => ({ name, ...run })));
  return {
    schema: {
      columns: { series: { type: 'utf8' }, [names.x]: { type: 'float64' }, [names.y]: { type: 'float64' } },
      metadata: {},
    },
    columns: {
      series: rows.map(({ name }) => name),
      [names.x]: Float64Array.from(rows, (row) => row.x),
      [names.y]: Float64Array.from(rows, (row) => (Number.isFinite(row.y) ? row.y : NaN)),
    },
  };
}
