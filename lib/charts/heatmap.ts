// Draws matrices: one raster per facet, one pixel per cell, rows downwards as matrices are written.
// Signed values are drawn in RdBu about zero (red negative, blue positive, as in the field's Plotly figures), others in
// viridis. One colour bar with numbers at the right serves all facets.
import type { Axis, Colour, Heatmap, Table } from './figure.ts';
import { drawColourBar } from './parts/colour.ts';
import { enlargeSpots } from './spots.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { drawFacets } from './parts/facets.ts';

/** Near 220 pixels, with a whole number of pixels per cell. */
const defaultSide = (cells: number): number => cells * Math.max(1, Math.round(220 / cells));

/** Throws if the values of a facet do not fill the matrix, which is a bug of the caller. */
export function drawHeatmap(figure: Heatmap): Drawing {
  const { title, subtitle, x, y, colour, facets } = figure;
  const { width = defaultSide(x.length), height = defaultSide(y.length) } = figure;
  for (const { values } of facets)
    if (values.length !== x.length * y.length)
      throw new Error(`heat map "${title}": ${values.length} values for ${y.length} x ${x.length} cells`);
  const domain = colourDomain(colour, facets);
  const shown = figure.enlarge ? facets.map((facet) => spotted(facet, x.length, width, domain)) : facets;
  const { panel, top, bottom } = drawFacets({ ...figure, facets: shown, width, height }, domain);
  const isSpotted = shown.some(({ values }, i) => values !== facets[i]!.values);
  const bar = drawColourBar(colour, domain, { top, height: Math.min(bottom - top, 320) });
  const said = isSpotted ? `${subtitle ?? ''} Cells that stand out are drawn larger.`.trim() : subtitle;
  return composeFigure({ title, subtitle: said, panels: [panel, bar] });
}

/** The same values where nothing is to be enlarged. */
const spotted = (
  { values, ...facet }: Heatmap['facets'][number],
  columns: number,
  width: number,
  domain: readonly [number, number],
): Heatmap['facets'][number] => ({
  ...facet,
  values: enlargeSpots(values, columns, Math.max(...domain.map(Math.abs)), width / columns),
});

/** One row per cell, with the names of its facet, row and column. */
export function heatmapTable({ x, y, facets, facet = 'facet', colour }: Heatmap): Table {
  const cells = x.length * y.length;
  const n = facets.length * cells;
  const side = ({ names }: Axis, indexOf: (cell: number) => number): Int32Array | string[] =>
    names
      ? Array.from({ length: n }, (_, i) => names[indexOf(i % cells)]!)
      : Int32Array.from({ length: n }, (_, i) => indexOf(i % cells));
  return {
    columns: {
      ...(facets.length > 1
        ? { [facet]: facets.flatMap(({ name }) => new Array<string>(cells).fill(name ?? '')) }
        : {}),
      [y.name]: side(y, (cell) => Math.floor(cell / x.length)),
      [x.name]: side(x, (cell) => cell % x.length),
      [colour.name]: Float64Array.from(facets.flatMap(({ values }) => Array.from(values))),
    },
  };
}

/** The given domain. If there is none it follows from the values, and for signed ones is symmetric about zero. */
function colourDomain(colour: Colour, facets: Heatmap['facets']): [number, number] {
  if (colour.domain) return [...colour.domain];
  let [low, high] = [colour.signed ? 0 : Infinity, -Infinity];
  for (const { values } of facets)
    for (const value of Array.from(values))
      if (Number.isFinite(value) && (colour.by !== 'logarithm' || value > 0))
        [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (colour.signed) {
    const largest = Math.max(-low, high) || 1;
    return [-largest, largest];
  }
  if (colour.by === 'logarithm') return high > low ? [low, high] : [low, 10 * low];
  const from = low >= 0 ? 0 : low;
  return high > from ? [from, high] : [from, from + 1];
}
