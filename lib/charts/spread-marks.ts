// The results of repeated runs at each place of an axis: a dot for each run, a line for the median, a bar from least to
// most. Runs that never got there are hollow triangles at the cap, and count as later than all others.
// Only the marks, which a browser can draw too; spread.ts makes a figure of them.
import type { SpreadOptions, SpreadSeries, Tick } from './figure.ts';
import { padDomain, type FrameOptions } from './frame.ts';
import { Plot } from './observable-plot.ts';
import { MUTED, SERIES_COLOURS, TEXT_SIZE, textWidth, TICK_SIZE } from './style.ts';

/** The middle value, or the mean of the middle two if their number is even. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** The epoch at which a run is drawn: the cap for a run that never got there. */
export const shownAt = (epoch: number, cap: number): number => Math.min(Math.max(epoch, 1), cap);

export const colourOf = (series: readonly SpreadSeries[], i: number): string =>
  series[i]!.isReference ? MUTED : SERIES_COLOURS[i % 8]!;

/** The marks, back to front, and their frame. `width`: that of the picture in pixels, for the ticks that fit. */
export function spreadMarks(
  { x, y, cap, series }: SpreadOptions,
  width: number,
): { frame: Pick<FrameOptions, 'x' | 'y'>; marks: Plot.Markish[] } {
  const shown = (epoch: number): number => shownAt(epoch, cap.at);
  const places = x.ticks.map(({ at }) => at);
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const room = 0.04 * (last - first || 1);
  const all = series.flatMap(({ runs }) => runs.map((run) => shown(run.y)));
  const frame = {
    x: {
      ...x,
      ticks: thin(x.ticks, (width - 90) / (last - first + 2 * room)),
      domain: [first - room, last + room] as const,
    },
    y: { ...y, log: true, domain: padDomain([...all, cap.at], true) },
  };
  const marks = series.flatMap(({ name, runs, isReference }, i) => {
    const colour = colourOf(series, i);
    const middles = summarise(runs).map((each) => ({ ...each, median: shown(each.median) }));
    const dash = isReference ? { strokeDasharray: '5,3' } : {};
    const line = Plot.line(middles, { x: 'x', y: 'median', stroke: colour, strokeWidth: 1.8, ...dash });
    const reached = runs.filter((run) => Number.isFinite(run.y)).map((run) => ({ ...run, y: shown(run.y) }));
    const dots = Plot.dot(reached, {
      x: 'x',
      y: 'y',
      fill: colour,
      r: 2.8,
      fillOpacity: 0.75,
      ariaDescription: name,
    });
    if (isReference) return [line, dots];
    const bars = middles.map(({ x, least, most }) => ({ x, least: shown(least), most: shown(most) }));
    const never = runs.filter((run) => !Number.isFinite(run.y));
    return [
      Plot.ruleX(bars, {
        x: 'x',
        y1: 'least',
        y2: 'most',
        stroke: colour,
        strokeWidth: 4,
        strokeOpacity: 0.25,
      }),
      line,
      dots,
      Plot.dot(never, {
        x: 'x',
        y: cap.at,
        symbol: 'triangle',
        r: 5,
        stroke: colour,
        fill: 'white',
        strokeWidth: 1.5,
        ariaDescription: `${name}: never`,
      }),
    ];
  });
  const ceiling = [
    Plot.ruleY([cap.at], { stroke: MUTED, strokeDasharray: '2,3' }),
    Plot.text([cap.label], {
      frameAnchor: 'right',
      x: last + room,
      y: cap.at,
      textAnchor: 'end',
      dy: -17, // above the triangles, and the ring about a chosen one
      fill: MUTED,
      fontSize: TEXT_SIZE,
    }),
  ];
  return { frame, marks: [...ceiling, ...marks] };
}

/** Ticks whose names do not run into the one before. `scale`: pixels per unit of the axis. */
function thin(ticks: readonly Tick[], scale: number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const before = kept.at(-1);
    const room = before ? (textWidth(before.name, TICK_SIZE) + textWidth(tick.name, TICK_SIZE)) / 2 + 4 : 0;
    if (!before || (tick.at - before.at) * scale > room) kept.push(tick);
  }
  return kept;
}

/** Median and range of the runs at each x, in order of x. */
function summarise(runs: SpreadSeries['runs']): { x: number; median: number; least: number; most: number }[] {
  const places = [...new Set(runs.map((run) => run.x))].sort((a, b) => a - b);
  return places.map((x) => {
    const values = runs.filter((run) => run.x === x).map((run) => run.y);
    return { x, median: median(values), least: Math.min(...values), most: Math.max(...values) };
  });
}
