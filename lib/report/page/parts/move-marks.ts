// Moves the marks of a drawn chart to other values in the same frame. Axes stay as they are, so that this takes a fraction of
// the time that drawing it anew takes.
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

/** Moves all marks; false where one cannot be moved, and then the chart is to be drawn anew. Each has to be described. */
export function moveMarks(svg: Svg, marks: readonly Plot.Markish[]): boolean {
  return marks.every((mark) => {
    const description = descriptionOf(mark);
    const group = description === undefined ? null : svg.querySelector(`[aria-description="${description}"]`);
    if (!group) return false;
    const { channels } = (mark as unknown as Drawn).initialize();
    const moves = movesOf(svg, channels);
    const elements = Array.from(group.children);
    const move = moves[elements[0]?.tagName ?? ''];
    const length = Math.max(...Object.values(channels).map(({ value }) => value?.length ?? 0));
    if (!move || elements.length !== length) return false;
    elements.forEach(move);
    return true;
  });
}

function movesOf(svg: Svg, channels: Channels): Readonly<Record<string, Move>> {
  const [toX, toY] = [svg.scale('x')!, svg.scale('y')!];
  const x = (name: string, i: number): number => Number(toX.apply(channels[name]!.value![i]));
  const y = (name: string, i: number): number => Number(toY.apply(channels[name]!.value![i]));
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
      element.textContent = String(channels['text']!.value![i]);
    },
  };
}

/** Writing costs more than reading. */
function set(element: Element, name: string, value: string | number): void {
  const text = String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}
