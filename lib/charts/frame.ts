// Axes around a frame, and labels above it that do not collide. Runs in a browser too.
import type { Band, Mark, Tick } from './figure.ts';
import { linearTicks, logTicks } from './numbers.ts';
import { Plot } from './observable-plot.ts';
import { dodgeLabels, LABEL_HEIGHT, type Label } from './parts/labels.ts';
import { GRID, INK, MUTED, TEXT_SIZE, textWidth, TICK_SIZE, wrapText } from './style.ts';

export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  /** A counted axis has ticks at whole numbers only. */
  readonly x: {
    readonly label: string;
    readonly domain: readonly [number, number];
    readonly counted?: boolean;
    /** Places and texts of the labels, if round numbers would not do. */
    readonly ticks?: readonly Tick[];
  };
  readonly y: {
    readonly label: string;
    readonly domain: readonly [number, number];
    readonly log?: boolean;
    readonly ticks?: readonly Tick[];
  };
  readonly marks?: readonly Mark[];
  readonly bands?: readonly Band[];
}

const MARGIN_BOTTOM = 46;
const MARGIN_RIGHT = 16;

/** Plot options for a frame; `back` belongs behind the data, `front` before it. */
export function createFrame({ width, height, x, y, marks = [], bands = [] }: FrameOptions): {
  options: Plot.PlotOptions;
  back: Plot.Markish[];
  front: Plot.Markish[];
} {
  const xTicks = x.ticks ?? linearTicks(x.domain, width / 65, x.counted);
  const ticks = y.ticks ?? (y.log ? logTicks(...y.domain) : linearTicks(y.domain, height / 60));
  const marginLeft = 38 + Math.max(...ticks.map((tick) => textWidth(tick.name, TICK_SIZE)));
  const marginRight = roomFor(xTicks.at(-1), x.domain, width - marginLeft);
  const right = width - marginRight;
  const labelRoom = 2 * Math.min((marginLeft + right) / 2, width - (marginLeft + right) / 2);
  const xLabel =
    textWidth(x.label, TEXT_SIZE) <= labelRoom ? [x.label] : wrapText(x.label, TEXT_SIZE, labelRoom);
  const moreLines = TEXT_SIZE * (xLabel.length - 1);
  const domain = [clearOf(marks, x.domain, right - marginLeft), x.domain[1]] as const;
  const toPixel = (value: number): number =>
    marginLeft + ((value - domain[0]) / (domain[1] - domain[0])) * (right - marginLeft);

  const markLabels = marks.map((mark): Label => {
    const at = toPixel(mark.x) + 5;
    if (at + textWidth(mark.label, TEXT_SIZE) <= width)
      return { text: mark.label, x: at, y: 0, anchor: 'start' };
    return { text: mark.label, x: at - 10, y: 0, anchor: 'end' };
  });
  const rows = dodgeMarks(markLabels);
  // Names of bands go above all marks, whose lines would strike them through.
  const top = Math.min(LABEL_HEIGHT, ...rows) - LABEL_HEIGHT;
  const bandLabels = bands.map((band): Label => {
    // A name that is wider than its band must not cross the axis.
    const least = marginLeft + textWidth(band.label, TEXT_SIZE) / 2 + 3;
    return { text: band.label, x: Math.max(least, toPixel((band.from + band.to) / 2)), y: top };
  });
  const labels = [...markLabels, ...bandLabels];
  const baselines = [...rows, ...dodgeLabels(bandLabels)];
  const marginTop = 10 + (labels.length > 0 ? LABEL_HEIGHT - Math.min(...baselines) : 0);

  const back = [
    ...bands.map((band, i) =>
      Plot.rect([band], {
        x1: 'from',
        x2: 'to',
        fill: INK,
        fillOpacity: i % 2 === 0 ? 0.07 : 0.03,
        insetTop: 10 - marginTop,
      }),
    ),
    Plot.gridY(
      ticks.map((tick) => tick.at),
      { stroke: GRID, strokeOpacity: 1 },
    ),
    Plot.axisX(
      xTicks.map((tick) => tick.at),
      { label: null, tickSize: 5, text: xTicks.map((tick) => tick.name) },
    ),
    Plot.axisY(
      ticks.map((tick) => tick.at),
      { label: null, tickSize: 5, text: ticks.map((tick) => tick.name) },
    ),
    Plot.text([xLabel.join('\n')], { frameAnchor: 'bottom', dy: 38 + moreLines, fontSize: TEXT_SIZE }),
    Plot.text([y.label], {
      frameAnchor: 'left',
      rotate: -90,
      textAnchor: 'middle',
      dx: 12 - marginLeft,
      fontSize: TEXT_SIZE,
    }),
    Plot.frame({ anchor: 'left', stroke: INK }),
    Plot.frame({ anchor: 'bottom', stroke: INK }),
  ];
  const front = [
    ...marks.map((mark, i) =>
      Plot.ruleX([mark.x], { insetTop: rows[i]! - 16, stroke: MUTED, strokeDasharray: '4,3' }),
    ),
    ...labels.map((label, i) =>
      Plot.text([label.text], {
        frameAnchor: 'top-left',
        lineAnchor: 'bottom',
        textAnchor: label.anchor ?? 'middle',
        dx: label.x - marginLeft,
        dy: baselines[i]! - 6,
        fontSize: TEXT_SIZE,
      }),
    ),
  ];
  const options: Plot.PlotOptions = {
    width,
    height: height + marginTop + MARGIN_BOTTOM + moreLines,
    marginTop,
    marginRight,
    marginBottom: MARGIN_BOTTOM + moreLines,
    marginLeft,
    x: { domain, label: null },
    y: { domain: y.domain, label: null, type: y.log ? 'log' : 'linear' },
  };
  return { options, back, front };
}

/** The margin that the name of the last tick needs, which ends beyond the axis where the tick is near its end. */
function roomFor(last: Tick | undefined, [low, high]: readonly [number, number], pixels: number): number {
  if (!last) return MARGIN_RIGHT;
  const inside = ((high - last.at) / (high - low)) * (pixels - MARGIN_RIGHT);
  return Math.max(MARGIN_RIGHT, Math.ceil(textWidth(last.name, TICK_SIZE) / 2 - inside) + 2);
}

/** A line so near to the axis would be taken for it (pixels). */
const NEAR = 9;

/** Where an axis begins so that the first mark stands clear of it. */
function clearOf(marks: readonly Mark[], [low, high]: readonly [number, number], pixels: number): number {
  const first = Math.min(...marks.map(({ x }) => x).filter((x) => x >= low));
  const share = NEAR / pixels;
  return (first - low) / (high - low) < share ? (first - share * high) / (1 - share) : low;
}

/** Baselines of labels beside their lines, placed from the far side in, so that no line runs through a label. */
function dodgeMarks(labels: readonly Label[]): number[] {
  const order = labels.map((_, i) => i);
  const starts = order
    .filter((i) => labels[i]!.anchor === 'start')
    .sort((i, j) => labels[j]!.x - labels[i]!.x);
  const ends = order.filter((i) => labels[i]!.anchor === 'end').sort((i, j) => labels[i]!.x - labels[j]!.x);
  const sorted = [...starts, ...ends];
  const baselines = dodgeLabels(sorted.map((i) => labels[i]!));
  return order.map((i) => baselines[sorted.indexOf(i)]!);
}

/** A domain with a little room around the values. It starts at zero if that is close, as shares and norms are read. */
export function padDomain(values: readonly number[], log = false): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (!log || value > 0));
  if (finite.length === 0) return log ? [0.1, 1] : [0, 1];
  let low = Infinity;
  let high = -Infinity;
  for (const value of finite) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (log) {
    const room = Math.max(0.05 * Math.log10(high / low), 0.1);
    return [low * 10 ** -room, high * 10 ** room];
  }
  const room = 0.05 * (high - low) || Math.abs(high) * 0.1 || 1;
  return [low >= 0 && low <= 0.3 * high ? 0 : low - room, high + room];
}
