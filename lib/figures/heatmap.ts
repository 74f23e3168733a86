// Matrices as pictures: one raster a facet, a pixel a cell, rows downwards as matrices are written.
// Signed values are drawn in RdBu about zero (red negative, blue positive, as in the field's Plotly figures), others in
// viridis; a colour bar with numbers stands at the right, one for all facets.
import { drawColourBar, type Colour } from './colour.ts';
import { composeFigure } from './compose.ts';
import { drawFacets } from './facets.ts';
import type { Figure, Table } from './figure.ts';

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
  /** Pixels of one facet; by default near 220 and a whole number of them a cell. */
  readonly width?: number;
  readonly height?: number;
  /** Names of places between or on rows (a row's middle is its number), written at the right. */
  readonly rowMarks?: readonly { readonly at: number; readonly label: string }[];
  /** Writes each value into its cell: for matrices of a few cells. */
  readonly numbers?: boolean;
}

/** Near 220 pixels and a whole number of pixels a cell. */
const defaultSide = (cells: number): number => cells * Math.max(1, Math.round(220 / cells));

/** Throws where the values of a facet do not fill the matrix: that is a mistake of the caller. */
export function heatmap(options: HeatmapOptions): Figure {
  const { title, subtitle, x, y, colour, facets } = options;
  const { width = defaultSide(x.length), height = defaultSide(y.length) } = options;
  for (const { values } of facets)
    if (values.length !== x.length * y.length)
      throw new Error(`heat map "${title}": ${values.length} values for ${y.length} x ${x.length} cells`);
  const domain = colourDomain(colour, facets);
  const { panel, top, bottom } = drawFacets({ ...options, width, height }, domain);
  const bar = drawColourBar(colour, domain, { top, height: Math.min(bottom - top, 320) });
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
