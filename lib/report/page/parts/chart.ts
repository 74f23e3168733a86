// Charts of a page, drawn by Plot in the style of the figures. A chart is as wide as its place and has a fixed height,
// so that nothing else moves when it changes.
import { createFrame, type FrameOptions } from '../../../charts/frame.ts';
import { Plot } from '../../../charts/observable-plot.ts';
import { INK } from '../../../charts/style.ts';
import { h } from './element.ts';
import { descriptionOf, moveMarks } from './move-marks.ts';
import { atLabel, numbersOf, placesOf } from './points.ts';
import { readout, type Places } from './readout.ts';
import { canBeSaved, standalone } from './saving.ts';

export { Plot };

export type Svg = SVGSVGElement & Plot.Plot;

export interface Chart {
  readonly element: HTMLElement;
  /** Draws the chart again. */
  draw(): void;
  /** Undefined until the chart has a width. */
  readonly svg: () => Svg | undefined;
}

export interface Drawing {
  readonly frame: Omit<FrameOptions, 'width' | 'height'>;
  readonly marks: readonly Plot.Markish[];
  /** Names the place x; by default the label of the axis and the number. */
  readonly at?: (x: number) => string;
  /** Whether each point is read on its own, through its channel `reading`, rather than all points at one x together. */
  readonly isScatter?: boolean;
}

/** Each time the chart is drawn, `describe` gives the text for screen readers and `compose` the marks. */
export function chart(height: number, describe: () => string, compose: (width: number) => Drawing): Chart {
  const element = h('div', { class: 'chart' });
  let svg: Svg | undefined;
  let drawing: Drawing | null = null;
  let places: Places | null = null;
  const reading = readout(element, 'chart', () => {
    if (!svg || !drawing) return null;
    const { frame, marks, at = atLabel(frame.x.label), isScatter = false } = drawing;
    const zoom = svg.getBoundingClientRect().width / Number(svg.getAttribute('width'));
    places ??= placesOf(svg, { marks, at, isCounted: frame.x.counted ?? false, isScatter }, zoom);
    return places;
  });
  /** Kept, as asking the element would lay the page out anew for each of the charts that are drawn at once. */
  let room = 600;
  let drawnAt = 0;
  const draw = (): void => {
    const width = Math.max(240, room);
    const before = drawing;
    drawing = compose(width);
    places = null;
    const { frame, marks } = drawing;
    const size = { width, height };
    const isMoved =
      svg &&
      before &&
      drawnAt === width &&
      kindsOf(drawing) === kindsOf(before) &&
      moveMarks(svg, marks, isSame(frame, before.frame) ? null : emptyFrame(frame, size));
    if (!isMoved) {
      svg = plot(frame, size, marks);
      element.replaceChildren(svg);
      drawnAt = width;
    }
    tell();
  };
  const tell = (): void => {
    element.style.minHeight = `${svg!.getAttribute('height')}px`;
    const label = describe();
    svg!.setAttribute('aria-label', label);
    reading.refresh(label);
  };
  onWidth(element, (width) => {
    room = width;
    draw();
  });
  canBeSaved(element, {
    name: describe,
    svg: () => (svg ? standalone(svg) : null),
    rows: () => numbersOf(drawing?.marks ?? []),
  });
  return { element, draw, svg: () => svg };
}

type Size = Pick<FrameOptions, 'width' | 'height'>;

function plot(frame: Drawing['frame'], size: Size, marks: readonly Plot.Markish[]): Svg {
  const { options, back, front } = createFrame({ ...frame, ...size });
  const svg = Plot.plot({ ...options, marks: [...back, ...marks, ...front] }) as Svg;
  svg.setAttribute('role', 'img');
  svg.querySelector('style')?.remove();
  // The picture has a label of its own, so the labels that Plot gives its parts are removed.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return svg;
}

let last: { readonly of: string; readonly svg: Svg } | null = null;

/** The axes alone. Charts below each other often have the same, one after the other. */
function emptyFrame(frame: Drawing['frame'], size: Size): Svg {
  const of = JSON.stringify([frame, size]);
  if (last?.of !== of) last = { of, svg: plot(frame, size, []) };
  const { svg } = last;
  return Object.assign(svg.cloneNode(true) as Svg, { scale: svg.scale });
}

/** What a drawing has in common with those that it can be moved to. */
const kindsOf = ({ frame: { marks, bands }, marks: own }: Drawing): string =>
  JSON.stringify([marks?.length, bands?.length, own.map(descriptionOf)]);

const isSame = (frame: Drawing['frame'], other: Drawing['frame']): boolean =>
  JSON.stringify(frame) === JSON.stringify(other);

/** Calls `draw` with the element's width when it first has one, and whenever the width changes. */
function onWidth(element: HTMLElement, draw: (width: number) => void): void {
  let width = 0;
  new ResizeObserver(() => {
    if (element.clientWidth === width || element.clientWidth === 0) return;
    width = element.clientWidth;
    draw(width);
  }).observe(element);
}

/** A vertical line at the slider's epoch, in a colour that no series has. */
export const cursor = (epoch: number): Plot.Markish =>
  Plot.ruleX([epoch], { stroke: INK, strokeWidth: 1.6, ariaDescription: 'cursor' });

/** Moves the line without drawing the chart again. */
export function moveCursor({ svg }: Chart, epoch: number): void {
  const line = svg()?.querySelector('[aria-description="cursor"] line');
  if (!line) return;
  const x = String(svg()!.scale('x')!.apply(epoch));
  line.setAttribute('x1', x);
  line.setAttribute('x2', x);
}

/** Calls `choose` with the value of x under the pointer, on a click and while dragging. */
export function onPick({ element, svg }: Chart, choose: (x: number) => void): void {
  const pick = (event: PointerEvent): void => {
    const drawn = svg();
    if (!drawn) return;
    const { left, width } = drawn.getBoundingClientRect();
    const pixel = ((event.clientX - left) / width) * Number(drawn.getAttribute('width'));
    choose(Number(drawn.scale('x')!.invert!(pixel)));
  };
  element.classList.add('pickable');
  element.addEventListener('pointerdown', (event) => pick(event));
  element.addEventListener('pointermove', (event) => {
    if (event.buttons === 1) pick(event);
  });
}

/** The pointer chooses a point within this distance, in pixels. */
const REACH = 40;

/** Calls `choose` with the name of the point nearest to the pointer, on a click or tap and while a mouse moves. */
export function onPoint(
  { element, svg }: Chart,
  points: readonly { readonly name: string; readonly x: number; readonly y: number }[],
  choose: (name: string) => void,
): void {
  const pick = (event: PointerEvent): void => {
    const drawn = svg();
    if (!drawn) return;
    const { left, top, width } = drawn.getBoundingClientRect();
    const zoom = Number(drawn.getAttribute('width')) / width;
    const [x, y] = [(event.clientX - left) * zoom, (event.clientY - top) * zoom];
    const scales = [drawn.scale('x')!, drawn.scale('y')!] as const;
    let best = { name: '', distance: REACH };
    for (const point of points) {
      const distance = Math.hypot(
        (scales[0].apply(point.x) as number) - x,
        (scales[1].apply(point.y) as number) - y,
      );
      if (distance < best.distance) best = { name: point.name, distance };
    }
    if (best.name !== '') choose(best.name);
  };
  element.classList.add('choosable');
  element.addEventListener('pointerdown', pick);
  element.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse') pick(event);
  });
}

/** A legend of swatches and names. */
export function legend(items: readonly { name: string; colour: string; dashed?: boolean }[]): HTMLElement {
  return h(
    'ul',
    { class: 'legend' },
    ...items.map(({ name, colour, dashed }) =>
      h(
        'li',
        {},
        h('span', { class: dashed ? 'swatch dashed' : 'swatch', style: { '--c': swatchColour(colour) } }),
        name,
      ),
    ),
  );
}

/** The style sheet's version of a colour, which is lighter in the dark scheme. */
export const swatchColour = (colour: string): string => `var(--c-${colour.slice(1)}, ${colour})`;
