// Moves a drawn chart to other values in the same frame of the screen: its marks, and its axes where they have changed. Elements
// stay, so that this takes a fraction of the time that drawing it anew takes.
import type { Plot } from '../../../charts/observable-plot.ts';

type Channels = Readonly<Record<string, { readonly value?: ArrayLike<unknown> }>>;

/** What Plot works out for a mark, and the description by which its group of elements is found. */
interface Drawn {
  readonly ariaDescription?: string;
  initialize(): { readonly channels: Channels };
}

export const descriptionOf = (mark: Plot.Markish): string | undefined =>
  (mark as unknown as Partial<Drawn> | null)?.ariaDescription;

type Svg = SVGSVGElement & Plot.Plot;
type Move = (element: Element, i: number) => void;

/**
 * Moves all marks; false where one cannot be moved, and then the chart is to be drawn anew. Each has to be described. `frame`:
 * the axes without marks, if they have changed.
 */
export function moveMarks(svg: Svg, marks: readonly Plot.Markish[], frame: Svg | null): boolean {
  const parts = new Map(Array.from(svg.children, (part) => [part.getAttribute('aria-description'), part]));
  const groups = marks.map((mark) => parts.get(descriptionOf(mark) ?? '') ?? null);
  if (frame && !moveFrame(svg, groups, frame)) return false;
  const places = placesIn(svg);
  return marks.every((mark, i) => moveMark(mark as unknown as Drawn, groups[i]!, places));
}

/** What is around the marks takes the place of what was; false if that has other parts. */
function moveFrame(svg: Svg, groups: readonly (Element | null)[], frame: Svg): boolean {
  const parts = Array.from(svg.children).filter((part) => !groups.includes(part));
  const others = Array.from(frame.children);
  if (parts.length !== others.length) return false;
  for (const { name, value } of frame.attributes) set(svg, name, value);
  parts.forEach((part, i) => part.isEqualNode(others[i]!) || part.replaceWith(others[i]!));
  svg.scale = frame.scale;
  return true;
}

/** Pixels of the values of channels. */
interface Places {
  x(value: unknown): number;
  y(value: unknown): number;
}

function placesIn(svg: Svg): Places {
  const [x, y] = [svg.scale('x')!, svg.scale('y')!];
  return { x: (value) => Number(x.apply(value)), y: (value) => Number(y.apply(value)) };
}

function moveMark(mark: Drawn, group: Element | null, places: Places): boolean {
  const { channels } = mark.initialize();
  const length = Math.max(...Object.values(channels).map(({ value }) => value?.length ?? 0));
  // A mark without points has no elements.
  if (!group) return length === 0;
  const elements = Array.from(group.children);
  const [first] = elements;
  if (first?.tagName === 'path') return elements.length === 1 && moveLine(first, channels, places);
  const move = movesOf(channels, places)[first?.tagName ?? ''];
  if (!move || elements.length !== length) return false;
  elements.forEach(move);
  return true;
}

/** Written as Plot writes it. Only a line without gaps can be moved. */
function moveLine(path: Element, { x, y }: Channels, places: Places): boolean {
  const [xs, ys] = [x?.value, y?.value];
  if (!xs || !ys || xs.length < 2) return false;
  const points = Array.from(xs, (value, i) => [places.x(value), places.y(ys[i])] as const);
  if (!points.flat().every(Number.isFinite)) return false;
  const rounded = (pixel: number): number => Math.round(pixel * 1000) / 1000;
  set(path, 'd', `M${points.map(([x, y]) => `${rounded(x)},${rounded(y)}`).join('L')}`);
  return true;
}

function movesOf(channels: Channels, places: Places): Readonly<Record<string, Move>> {
  const x = (name: string, i: number): number => places.x(channels[name]!.value![i]);
  const y = (name: string, i: number): number => places.y(channels[name]!.value![i]);
  const paint = (element: Element, i: number): void => {
    const fill = channels['fill']?.value?.[i];
    if (typeof fill === 'string') set(element, 'fill', fill);
  };
  return {
    rect: (element, i) => {
      const [x1, x2, y1, y2] = [x('x1', i), x('x2', i), y('y1', i), y('y2', i)];
      set(element, 'x', Math.min(x1, x2));
      set(element, 'y', Math.min(y1, y2));
      set(element, 'width', Math.abs(x2 - x1));
      set(element, 'height', Math.abs(y2 - y1));
      paint(element, i);
    },
    circle: (element, i) => {
      set(element, 'cx', x('x', i));
      set(element, 'cy', y('y', i));
      paint(element, i);
    },
    text: (element, i) => {
      set(element, 'transform', `translate(${x('x', i)},${y('y', i)})`);
      const text = String(channels['text']!.value![i]);
      if (element.textContent !== text) element.textContent = text;
    },
  };
}

/** Writing costs more than reading. */
function set(element: Element, name: string, value: string | number): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
