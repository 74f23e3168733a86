// Many curves in one picture, a colour a value of some number: the losses of all runs of a sweep.
import { colourScale, drawColourBar } from './colour.ts';
import { composeFigure } from './compose.ts';
import type { Figure, Table } from './figure.ts';
import { createFrame, padDomain } from './frame.ts';
import { drawPanel, Plot } from './plot.ts';

export interface CurveBundleOptions {
  readonly title: string;
  readonly subtitle?: string;
  readonly x: { readonly label: string };
  /** On a log axis. */
  readonly y: { readonly label: string };
  /** What the colour says. */
  readonly colour: { readonly name: string; readonly label: string };
  readonly curves: readonly {
    readonly name: string;
    readonly colour: number;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

const WIDTH = 760;
const HEIGHT = 380;

export function curveBundle({ title, subtitle, x, y, colour, curves }: CurveBundleOptions): Figure {
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
    color: colourScale(scale, domain),
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
  const bar = drawColourBar(scale, domain, { top, height: HEIGHT });
  return composeFigure({ title, subtitle, panels: [panel, bar] });
}

/** The numbers of the figure: a row a point, `name`, the colour's number, x and y under the names given. */
export function curveBundleTable(
  { curves, colour }: CurveBundleOptions,
  names: { readonly x: string; readonly y: string },
): Table {
  const rows = curves.flatMap((curve) => curve.points.map(([x, y]) => ({ ...curve, x, y })));
  return {
    schema: {
      columns: {
        name: { type: 'utf8' },
        [colour.name]: { type: 'float64' },
        [names.x]: { type: 'float64' },
        [names.y]: { type: 'float64' },
      },
      metadata: {},
    },
    columns: {
      name: rows.map((row) => row.name),
      [colour.name]: Float64Array.from(rows, (row) => row.colour),
      [names.x]: Float64Array.from(rows, (row) => row.x),
      [names.y]: Float64Array.from(rows, (row) => row.y),
    },
  };
}
