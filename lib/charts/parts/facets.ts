// The rasters of a heat map, one per facet, with their axes, titles and marks.
// Each cell is a unit square around whole numbers: that way Plot's raster mark is exact.
import type { Axis, Colour, Heatmap } from '../figure.ts';
import { formatShort, formatTick } from '../numbers.ts';
import { INK, TEXT_SIZE, textWidth, TICK_SIZE } from '../style.ts';
import { colourScale, shareOf } from './colour.ts';
import { drawPanel, Plot, type Panel } from './plot.ts';

type SizedHeatmap = Heatmap & { readonly width: number; readonly height: number };

const GAP = 16;
const COLUMNS = 5;
const MARGIN_BOTTOM = 46;
const FACET_TITLE = 22;
/** Height of a label beside a row. */
const ROW_MARK = TEXT_SIZE + 1;

/** The panel, and where its frames start and end, in pixels from its top. */
export function drawFacets(
  options: SizedHeatmap,
  domain: [number, number],
): { panel: Panel; top: number; bottom: number } {
  const { x, y, facets, colour, width, height } = options;
  const rowMarks = chooseRowMarks(options);
  const { rows, columns } = layoutFacets(facets.length);
  const top = facets.length > 1 ? FACET_TITLE : 8;
  const gapY = rows > 1 ? GAP + FACET_TITLE : 0;
  const bottom = top + rows * height + (rows - 1) * gapY;
  const yTicks = chooseTicks(y, height, y.names ? TICK_SIZE + 3 : 2 * TICK_SIZE);
  const xTicks = chooseTicks(x, width, Math.max(2 * TICK_SIZE, widest(x.names ?? []) + 6));
  const marginLeft = 36 + widest(yTicks.map((i) => nameOf(y, i)));
  const marginRight = 8 + (rowMarks.length > 0 ? 12 + widest(rowMarks.map(({ label }) => label)) : 0);
  const panel = drawPanel({
    width: marginLeft + columns * width + (columns - 1) * GAP + marginRight,
    height: bottom + MARGIN_BOTTOM,
    marginTop: top,
    marginRight,
    marginBottom: MARGIN_BOTTOM,
    marginLeft,
    x: { domain: [-0.5, x.length - 0.5], label: null },
    y: { domain: [-0.5, y.length - 0.5], label: null, reverse: true },
    fx: { axis: null, round: false, padding: 0, paddingInner: GAP / (width + GAP) },
    fy: { axis: null, round: false, padding: 0, paddingInner: gapY / (height + gapY) },
    color: colourScale(colour, domain),
    marks: [
      ...drawCells(options, domain, columns),
      Plot.axisX(xTicks, { label: null, tickSize: 4, text: xTicks.map((i) => nameOf(x, i)) }),
      Plot.axisY(yTicks, { label: null, tickSize: 4, text: yTicks.map((i) => nameOf(y, i)) }),
      ...drawAxisLabels(x, y, marginLeft),
      ...drawRowMarks(rowMarks, y.length / height),
    ],
  });
  return { panel, top, bottom };
}

/** As few rows as COLUMNS allows, evenly filled. */
function layoutFacets(n: number): { columns: number; rows: number } {
  const rows = Math.ceil(n / COLUMNS);
  return { columns: Math.ceil(n / rows), rows };
}

/** Rasters, the facets' titles and, if wanted, the value in each cell. */
function drawCells(
  { x, y, facets, colour, numbers }: SizedHeatmap,
  domain: [number, number],
  columns: number,
) {
  const place = (f: number) => ({ fx: f % columns, fy: Math.floor(f / columns) });
  const cells = facets.flatMap(({ values }, f) =>
    Array.from(values, (value, i) => ({
      value,
      x: i % x.length,
      y: Math.floor(i / x.length),
      ...place(f),
    })),
  );
  const titles = facets.map(({ name }, f) => ({ name, ...place(f) }));
  const channels = { x: 'x', y: 'y', fx: 'fx', fy: 'fy' };
  const raster = Plot.raster(cells, {
    ...channels,
    fill: 'value',
    x1: -0.5,
    x2: x.length - 0.5,
    y1: -0.5,
    y2: y.length - 0.5,
    width: x.length,
    height: y.length,
    interpolate: 'none',
    imageRendering: 'pixelated',
  });
  const facetTitles = Plot.text(titles, {
    text: 'name',
    fx: 'fx',
    fy: 'fy',
    frameAnchor: 'top',
    dy: -14,
    fontSize: TEXT_SIZE,
  });
  const inCells = Plot.text(cells, {
    ...channels,
    text: ({ value }: { value: number }) =>
      colour.by === 'logarithm' ? formatShort(value) : value.toFixed(3).replace('-', '−'),
    fill: ({ value }: { value: number }) => (isDark(colour, domain, value) ? 'white' : 'black'),
    fontSize: TEXT_SIZE,
  });
  return [raster, ...(facets.length > 1 ? [facetTitles] : []), ...(numbers ? [inCells] : [])];
}

/** One label for all facets on either side. */
function drawAxisLabels(x: Axis, y: Axis, marginLeft: number) {
  return [
    Plot.text([x.label], { facet: 'super', frameAnchor: 'bottom', dy: 38, fontSize: TEXT_SIZE }),
    Plot.text([y.label], {
      facet: 'super',
      frameAnchor: 'left',
      rotate: -90,
      textAnchor: 'middle',
      dx: 10 - marginLeft,
      fontSize: TEXT_SIZE,
    }),
  ];
}

/** The row marks, or none if there are too many to fit beside the rows. */
function chooseRowMarks({ rowMarks = [], height }: SizedHeatmap) {
  return rowMarks.length * ROW_MARK <= height / 2 ? rowMarks : [];
}

/** Labels at the right, each with a line to its place. A label that would overlap the one before is pushed down. */
function drawRowMarks(marks: NonNullable<Heatmap['rowMarks']>, rowsPerPixel: number) {
  let free = -Infinity;
  return marks.flatMap(({ at, label }) => {
    const pixel = Math.max(at / rowsPerPixel, free);
    free = pixel + ROW_MARK;
    const shift = pixel - at / rowsPerPixel;
    return [
      Plot.text([label], {
        y: [at],
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 10,
        dy: shift,
        fontSize: TICK_SIZE,
      }),
      Plot.text(['–'], {
        y: [at],
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 1,
        dy: shift / 2,
        fill: INK,
      }),
    ];
  });
}

const nameOf = ({ names }: Axis, i: number): string => names?.[i] ?? formatTick(i);

const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map((text) => textWidth(text, TICK_SIZE)));

/** Every row if that leaves `pitch` pixels for each, otherwise every 2nd, 5th, 10th and so on. */
function chooseTicks({ length, ticks }: Axis, pixels: number, pitch: number): number[] {
  if (ticks) return [...ticks];
  const strides = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const stride = strides.find((s) => (length / s) * pitch <= pixels) ?? length;
  return Array.from({ length: Math.ceil(length / stride) }, (_, i) => i * stride);
}

/** Whether the colour of a value is so dark that white text is easier to read on it. */
function isDark(colour: Colour, domain: [number, number], value: number): boolean {
  const at = shareOf(colour, domain, value);
  return colour.signed ? Math.abs(at - 0.5) > 0.33 : at < 0.55;
}
