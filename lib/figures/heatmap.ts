// Matrices as pictures: one raster a facet, a pixel a cell, rows downwards as matrices are written.
// Signed values are drawn in RdBu about zero (red negative, blue positive, as in the field's Plotly figures), others in
// viridis; a colour bar with numbers stands at the right, one for all facets.
import { colourScale, drawColourBar, type Colour } from './colour.ts';
import { composeFigure } from './compose.ts';
import type { Figure, Table } from './figure.ts';
import { drawPanel, Plot, type Panel } from './plot.ts';
import { formatTick } from './numbers.ts';
import { TEXT_SIZE, textWidth, TICK_SIZE } from './style.ts';

/** One side of the matrix. */
export interface Axis {
  /** Name of the column in the Arrow file, such as `a` or `head`. */
  readonly name: string;
  readonly label: string;
  readonly length: number;
  /** What rows or columns are called, for axes that are not numbered from 0. */
  readonly names?: readonly string[];
  /** Rows or columns that get a tick; as many as fit by default. */
  readonly ticks?: readonly number[];
}

export interface HeatmapOptions {
  readonly title: string;
  readonly subtitle?: string;
  /** Columns. */
  readonly x: Axis;
  /** Rows. */
  readonly y: Axis;
  readonly colour: Colour;
  /** One matrix each, row-major [y.length, x.length]. A single facet needs no name. */
  readonly facets: readonly { readonly name?: string; readonly values: ArrayLike<number> }[];
  /** Name of the facets' column in the Arrow file. */
  readonly facet?: string;
  /** Pixels of one facet; a square of 220 by default. */
  readonly width?: number;
  readonly height?: number;
  /** Writes each value into its cell: for matrices of a few cells. */
  readonly numbers?: boolean;
}

const SIDE = 220;
const GAP = 16;
const COLUMNS = 5;
const MARGIN_BOTTOM = 46;
const FACET_TITLE = 22;

export function heatmap(options: HeatmapOptions): Figure {
  const { title, subtitle, facets, colour, height = SIDE } = options;
  const domain = colourDomain(colour, facets);
  const { panel, top } = drawFacets(options, domain);
  const { rows } = layoutFacets(facets.length);
  const bar = drawColourBar(colour, domain, { top, height: Math.min(rows * height, 320) });
  return composeFigure({ title, subtitle, panels: [panel, bar] });
}

/** The numbers of the figure in long form: a row per cell, columns `facet`, row, column and value under their names. */
export function heatmapTable({ x, y, facets, facet = 'facet', colour }: HeatmapOptions): Table {
  const cells = x.length * y.length;
  const n = facets.length * cells;
  const named = facets.length > 1;
  const side = ({ names }: Axis, indexOf: (cell: number) => number): Int32Array | string[] =>
    names
      ? Array.from({ length: n }, (_, i) => names[indexOf(i % cells)]!)
      : Int32Array.from({ length: n }, (_, i) => indexOf(i % cells));
  const type = ({ names }: Axis) => (names ? ({ type: 'utf8' } as const) : ({ type: 'int32' } as const));
  return {
    schema: {
      columns: {
        ...(named ? { [facet]: { type: 'utf8' as const } } : {}),
        [y.name]: type(y),
        [x.name]: type(x),
        [colour.name]: { type: 'float64' },
      },
      metadata: {},
    },
    columns: {
      ...(named ? { [facet]: facets.flatMap(({ name }) => new Array<string>(cells).fill(name ?? '')) } : {}),
      [y.name]: side(y, (cell) => Math.floor(cell / x.length)),
      [x.name]: side(x, (cell) => cell % x.length),
      [colour.name]: Float64Array.from(facets.flatMap(({ values }) => Array.from(values))),
    },
  };
}

/** As few rows as COLUMNS allows, evenly filled. */
function layoutFacets(n: number): { columns: number; rows: number } {
  const rows = Math.ceil(n / COLUMNS);
  return { columns: Math.ceil(n / rows), rows };
}

/** Symmetric about zero where signed; as given, or from the values, otherwise. */
function colourDomain(colour: Colour, facets: HeatmapOptions['facets']): [number, number] {
  if (colour.domain) return [...colour.domain];
  let [low, high] = [colour.signed ? 0 : Infinity, -Infinity];
  for (const { values } of facets)
    for (const value of Array.from(values))
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (colour.signed) {
    const largest = Math.max(-low, high) || 1;
    return [-largest, largest];
  }
  const from = low >= 0 ? 0 : low;
  return high > from ? [from, high] : [from, from + 1];
}

function drawFacets(options: HeatmapOptions, domain: [number, number]): { panel: Panel; top: number } {
  const { x, y, facets, colour, width = SIDE, height = SIDE } = options;
  const named = facets.length > 1;
  const { columns, rows } = layoutFacets(facets.length);
  const top = named ? FACET_TITLE : 8;
  const gapY = named && rows > 1 ? GAP + FACET_TITLE : 0;
  const yTicks = chooseTicks(y, height, TICK_SIZE + 3);
  const xTicks = chooseTicks(x, width, TICK_SIZE + 14);
  const marginLeft = 36 + Math.max(...yTicks.map((i) => textWidth(nameOf(y, i), TICK_SIZE)));
  const cells = facets.flatMap(({ values }, f) =>
    Array.from({ length: x.length * y.length }, (_, i) => ({
      value: values[i]!,
      x: i % x.length,
      y: Math.floor(i / x.length),
      fx: f % columns,
      fy: Math.floor(f / columns),
    })),
  );
  const place = facets.map(({ name }, f) => ({ name, fx: f % columns, fy: Math.floor(f / columns) }));
  const facetTitles = named
    ? [
        Plot.text(place, {
          text: 'name',
          fx: 'fx',
          fy: 'fy',
          frameAnchor: 'top',
          dy: -14,
          fontSize: TEXT_SIZE,
        }),
      ]
    : [];
  const numbers = options.numbers
    ? [
        Plot.text(cells, {
          x: 'x',
          y: 'y',
          fx: 'fx',
          fy: 'fy',
          text: ({ value }: { value: number }) => value.toFixed(3).replace('-', '−'),
          fill: ({ value }: { value: number }) => (isDark(colour, domain, value) ? 'white' : 'black'),
          fontSize: TEXT_SIZE,
        }),
      ]
    : [];
  const panel = drawPanel({
    width: marginLeft + columns * width + (columns - 1) * GAP + 8,
    height: top + rows * height + (rows - 1) * gapY + MARGIN_BOTTOM,
    marginTop: top,
    marginRight: 8,
    marginBottom: MARGIN_BOTTOM,
    marginLeft,
    x: { domain: [-0.5, x.length - 0.5], label: null },
    y: { domain: [-0.5, y.length - 0.5], label: null, reverse: true },
    fx: { axis: null, round: false, padding: 0, paddingInner: GAP / (width + GAP) },
    fy: { axis: null, round: false, padding: 0, paddingInner: gapY / (height + gapY) },
    color: colourScale(colour, domain),
    marks: [
      Plot.raster(cells, {
        x: 'x',
        y: 'y',
        fx: 'fx',
        fy: 'fy',
        fill: 'value',
        x1: -0.5,
        x2: x.length - 0.5,
        y1: -0.5,
        y2: y.length - 0.5,
        width: x.length,
        height: y.length,
        interpolate: 'none',
        imageRendering: 'pixelated',
      }),
      Plot.axisX(xTicks, { label: null, tickSize: 4, text: xTicks.map((i) => nameOf(x, i)) }),
      Plot.axisY(yTicks, { label: null, tickSize: 4, text: yTicks.map((i) => nameOf(y, i)) }),
      Plot.text([x.label], { facet: 'super', frameAnchor: 'bottom', dy: 38, fontSize: TEXT_SIZE }),
      Plot.text([y.label], {
        facet: 'super',
        frameAnchor: 'left',
        rotate: -90,
        textAnchor: 'middle',
        dx: 10 - marginLeft,
        fontSize: TEXT_SIZE,
      }),
      ...facetTitles,
      ...numbers,
    ],
  });
  return { panel, top };
}

const nameOf = ({ names }: Axis, i: number): string => names?.[i] ?? formatTick(i);

/** Every row where they fit with `pitch` pixels each, else every 2nd, 5th, 10th and so on. */
function chooseTicks({ length, names, ticks }: Axis, pixels: number, pitch: number): number[] {
  if (ticks) return [...ticks];
  const widest = names ? Math.max(...names.map((name) => textWidth(name, TICK_SIZE))) : 0;
  const room = pixels / Math.max(pitch, pitch > TICK_SIZE + 3 ? widest + 6 : 0);
  const strides = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const stride = strides.find((s) => length / s <= room) ?? length;
  return Array.from({ length: Math.ceil(length / stride) }, (_, i) => i * stride);
}

/** Whether white text is the more legible on the colour of a value. */
function isDark({ signed }: Colour, [low, high]: [number, number], value: number): boolean {
  const at = (value - low) / (high - low);
  return signed ? Math.abs(at - 0.5) > 0.33 : at < 0.55;
}
