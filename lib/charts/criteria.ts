// Draws a table of criteria: each with its number, the threshold it is compared with, and the source of the threshold.
import type { Criteria, Criterion, Table } from './figure.ts';
import { formatTick } from './numbers.ts';
import { composeFigure, type Drawing } from './parts/compose.ts';
import { drawPanel, Plot } from './parts/plot.ts';
import { GRID, INK, MUTED, SERIES_COLOURS, TEXT_SIZE } from './style.ts';

const WIDTH = 820;
const ROW = 26;
/** Where the columns start, in pixels. */
const COLUMNS = { met: 12, name: 34, value: 370, border: 385, source: 495 } as const;
const [MET, UNMET] = [SERIES_COLOURS[2], SERIES_COLOURS[1]];

/** With three significant digits. */
const format = (value: number): string => formatTick(Number(value.toPrecision(3)));

const borderOf = ({ from, to }: Criterion): string =>
  from !== null && to !== null
    ? `${format(from)} to ${format(to)}`
    : from !== null
      ? `at least ${format(from)}`
      : `at most ${format(to!)}`;

export function drawCriteria({ title, subtitle, criteria }: Criteria): Drawing {
  const at = (column: keyof typeof COLUMNS, text: (criterion: Criterion) => string, end = false) =>
    Plot.text(criteria, {
      x: () => COLUMNS[column],
      y: (_, i: number) => i,
      text,
      textAnchor: end ? 'end' : 'start',
      fontSize: TEXT_SIZE,
      fill: column === 'border' || column === 'source' ? MUTED : INK,
      fontWeight: column === 'value' ? 'bold' : 'normal',
    });
  const panel = drawPanel({
    width: WIDTH,
    height: ROW * criteria.length + 8,
    margin: 0,
    marginBottom: 8,
    x: { domain: [0, WIDTH], axis: null },
    y: { domain: [-0.5, criteria.length - 0.5], reverse: true, axis: null },
    marks: [
      Plot.ruleY(
        criteria.map((_, i) => i + 0.5),
        { stroke: GRID },
      ),
      Plot.dot(criteria, {
        x: () => COLUMNS.met,
        y: (_, i: number) => i,
        r: 6,
        fill: ({ met }: Criterion) => (met ? MET : UNMET),
        symbol: ({ met }: Criterion) => (met ? 'circle' : 'square'),
      }),
      at('name', ({ name, needed }) => (needed ? `${name} (needed)` : name)),
      at('value', ({ value }) => format(value), true),
      at('border', borderOf),
      at('source', ({ source }) => source),
    ],
  });
  return composeFigure({
    title,
    subtitle,
    legend: [
      { name: 'met', colour: MET, mark: 'square' },
      { name: 'not met', colour: UNMET, mark: 'square' },
    ],
    panels: [panel],
  });
}

/** One row per criterion. */
export const criteriaTable = ({ criteria }: Criteria): Table => ({
  columns: {
    criterion: criteria.map(({ name }) => name),
    value: Float64Array.from(criteria, ({ value }) => value),
    from: Float64Array.from(criteria, ({ from }) => from ?? NaN),
    to: Float64Array.from(criteria, ({ to }) => to ?? NaN),
    met: Int32Array.from(criteria, ({ met }) => Number(met)),
    needed: Int32Array.from(criteria, ({ needed }) => Number(needed)),
    source: criteria.map(({ source }) => source),
  },
  metadata: { from: 'NaN: no border on that side', to: 'NaN: no border on that side' },
});
