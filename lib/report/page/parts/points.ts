// The numbers behind the marks of a chart, as Plot computes them. They are saved as a table and read at a place.
import { formatTick } from '../../../charts/numbers.ts';
import type { Plot } from '../../../charts/observable-plot.ts';
import { short } from './numbers.ts';
import type { Place, Places } from './readout.ts';
import type { Rows } from './saving.ts';

/** The marks of a chart, and how its places are read. */
export interface Reading {
  readonly marks: readonly Plot.Markish[];
  /** Names the place x of the axis. */
  readonly at: (x: number) => string;
  /** Whether x is a whole number, so that marks on both sides of one belong to it. */
  readonly isCounted: boolean;
  /** Whether each point is a place of its own, described by its reading alone. */
  readonly isScatter: boolean;
}

/** What Plot computes for the points of a mark, by channel. */
interface Drawn {
  readonly ariaDescription?: string;
  initialize(): { channels: Readonly<Record<string, { readonly value?: ArrayLike<unknown> }>> };
}

/** Pages add the channel `reading`: the words that describe a point. */
const CHANNELS = ['x', 'x1', 'x2', 'y', 'y1', 'y2', 'text', 'reading'];
/** Marks that show the reader's choice and hold no data. */
const FOLLOWS = ['cursor', 'chosen'];

interface Series {
  readonly name: string | null;
  readonly length: number;
  value(channel: string, i: number): unknown;
}

function seriesOf(marks: readonly Plot.Markish[]): Series[] {
  return marks.flatMap((mark) => {
    if (typeof mark !== 'object' || mark === null || !('initialize' in mark)) return [];
    const drawn = mark as unknown as Drawn;
    if (FOLLOWS.includes(drawn.ariaDescription ?? '')) return [];
    const { channels } = drawn.initialize();
    return [
      {
        name: drawn.ariaDescription ?? null,
        length: Math.max(...Object.values(channels).map(({ value }) => value?.length ?? 0)),
        value: (channel: string, i: number) => channels[channel]?.value?.[i],
      },
    ];
  });
}

/** A table with one row per point. */
export const numbersOf = (marks: readonly Plot.Markish[]): Rows => [
  ['mark', ...CHANNELS],
  ...seriesOf(marks).flatMap(({ name, length, value }, series) =>
    Array.from({ length }, (_, i) => [
      name ?? `mark ${series + 1}`,
      ...CHANNELS.map((channel) => String(value(channel, i) ?? '')),
    ]),
  ),
];

export const atLabel =
  (label: string) =>
  (x: number): string =>
    `${label} ${formatTick(x)}`;

/** Points of other series within this distance along x, in pixels, are read together. */
const BESIDE = 6;
/** The pointer chooses a point of a scatter within this distance, in pixels. */
const REACH = 40;

interface Point {
  readonly series: number;
  readonly x: number;
  /** In pixels of the drawing. */
  readonly pixel: readonly [x: number, y: number];
  readonly says: string;
}

/** `zoom`: pixels of the page per pixel of the drawing. */
export function placesOf(svg: Plot.Plot, reading: Reading, zoom: number): Places {
  const points = pointsOf(svg, reading);
  const marksOf = (some: readonly Point[]): Place['marks'] =>
    some.map(({ pixel: [x, y] }) => [zoom * x, zoom * y] as const);
  const nearestOf =
    (
      count: number,
      distance: (index: number, x: number, y: number) => number,
      reach: number,
    ): Places['nearest'] =>
    (x, y) => {
      let best: number | null = null;
      let least = reach;
      for (let i = 0; i < count; i++) {
        const away = distance(i, x / zoom, y / zoom);
        if (away < least) [best, least] = [i, away];
      }
      return best;
    };
  if (reading.isScatter)
    return {
      count: points.length,
      nearest: nearestOf(
        points.length,
        (i, x, y) => Math.hypot(points[i]!.pixel[0] - x, points[i]!.pixel[1] - y),
        REACH,
      ),
      place: (index) => ({ marks: marksOf([points[index]!]), says: points[index]!.says }),
    };
  const keyOf = ({ x, pixel }: Point): number => Math.round(reading.isCounted ? x : pixel[0]);
  const byKey = new Map<number, Point[]>();
  for (const point of points) byKey.set(keyOf(point), [...(byKey.get(keyOf(point)) ?? []), point]);
  const keys = [...byKey.keys()].sort((x, y) => x - y);
  const middles = keys.map(
    (key) => byKey.get(key)!.reduce((sum, { pixel }) => sum + pixel[0], 0) / byKey.get(key)!.length,
  );
  const told = (index: number): readonly Point[] => {
    const own = byKey.get(keys[index]!)!;
    return reading.isCounted ? own : nearestOfEach(points, own[0]!);
  };
  return {
    count: keys.length,
    nearest: nearestOf(keys.length, (i, x) => Math.abs(middles[i]! - x), Infinity),
    place: (index) => {
      const own = told(index);
      const x = reading.isCounted ? Math.round(own[0]!.x) : own[0]!.x;
      return { marks: marksOf(own), says: `${reading.at(x)}: ${own.map(({ says }) => says).join('; ')}` };
    },
  };
}

/** The point of each series that is nearest to `to` along x, if one is within BESIDE, in the order of the series. */
function nearestOfEach(points: readonly Point[], to: Point): Point[] {
  const best = new Map<number, Point>();
  const away = ({ pixel }: Point): number => Math.abs(pixel[0] - to.pixel[0]);
  for (const point of points) {
    if (away(point) > BESIDE) continue;
    const before = best.get(point.series);
    if (!before || away(point) < away(before)) best.set(point.series, point);
  }
  return [...best].sort(([i], [j]) => i - j).map(([, point]) => point);
}

/** The points of the series that have readings; if none has, of those that have a name. */
function pointsOf(svg: Plot.Plot, { marks }: Reading): Point[] {
  const all = seriesOf(marks);
  const read = all.filter(({ value }) => value('reading', 0) !== undefined);
  const told = read.length > 0 ? read : all.filter(({ name }) => name !== null);
  const [toX, toY] = [svg.scale('x')!, svg.scale('y')!];
  return told.flatMap(({ name, length, value }, series) => {
    const number = (channel: string, i: number): number => Number(value(channel, i) ?? NaN);
    return Array.from({ length }, (_, i): Point => {
      const [x, y] = [number('x', i), number('y', i)];
      const [x1, x2, y1, y2] = [number('x1', i), number('x2', i), number('y1', i), number('y2', i)];
      const atX = Number.isNaN(x) ? (x1 + x2) / 2 : x;
      const atY = Number.isNaN(y) ? (Math.abs(y2) > Math.abs(y1) ? y2 : y1) : y;
      const says = value('reading', i) ?? `${name!} ${short(atY)}`;
      return {
        series,
        x: atX,
        pixel: [Number(toX.apply(atX)), Number(toY.apply(atY))],
        says: String(says),
      };
    }).filter(({ pixel }) => pixel.every(Number.isFinite));
  });
}
