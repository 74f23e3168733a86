// Draws many curves, each coloured by a number.
import type { CurveBundle, Table } from './figure.ts';
import { createFrame, padDomain } from './frame.ts';
import { colourScale, drawColourBar } from './parts/colour.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { drawPanel, Plot } from './parts/plot.ts';
import { LINE_RANGE } from './style.ts';

const WIDTH = 760;
const HEIGHT = 380;

export function drawCurveBundle({ title, subtitle, x, y, colour, curves }: CurveBundle): Drawing {
  const points = curves.flatMap((curve) => curve.points);
  const last = points.reduce((most, [at]) => Math.max(most, at), 1);
  const frame = createFrame({
    width: WIDTH,
    height: HEIGHT,
    x: { ...x, domain: [0, last] },
    y: {
      ...y,
      log: true,
      domain: padDomain(
        points.map(([, value]) => value),
        true,
      ),
    },
  });
  const values = curves.map((curve) => curve.colour);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const domain: [number, number] = high > low ? [low, high] : [low - 1, low + 1];
  const scale = { ...colour, signed: false };
  const panel = drawPanel({
    ...frame.options,
    color: colourScale(scale, domain, LINE_RANGE),
    marks: [
      ...frame.back,
      ...curves.map((curve) =>
        Plot.line(
          curve.points.map(([x, y]) => ({ x, y, colour: curve.colour })),
          {
            x: 'x',
            y: 'y',
            stroke: 'colour',
            strokeWidth: 1.3,
            strokeOpacity: 0.85,
            strokeLinejoin: 'round',
          },
        ),
      ),
      ...frame.front,
    ],
  });
  const top = frame.options.marginTop ?? 0;
  const bar = drawColourBar(scale, domain, { top, height: HEIGHT }, LINE_RANGE);
  return composeFigure({ title, subtitle, panels: [panel, bar] });
}

/** One row per point, with the name of its curve and the number that its colour stands for. */
export function curveBundleTable({ curves, colour, names }: CurveBundle): Table {
  const rows = curves.flatMap((curve) => curve.points.map(([x, y]) => ({ ...curve, x, y })));
  return {
    columns: {
      name: rows.map((row) => row.name),
      [colour.name]: Float64Array.from(rows, (row) => row.colour),
      [names.x]: Float64Array.from(rows, (row) => row.x),
      [names.y]: Float64Array.from(rows, (row) => row.y),
    },
  };
}
