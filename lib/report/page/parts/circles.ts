// Circles of some frequencies side by side. They are small pictures that are changed in place, because they move many
// times a second.
import { INK, MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import type { Matrix } from '../../../numerics/matrix.ts';
import { h } from './element.ts';
import { short } from './numbers.ts';
import { readout } from './readout.ts';
import { canBeSaved, sideBySide, type Rows } from './saving.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** This many points of a circle have their number beside them. */
const NAMED = 8;
const REACH = 1.42;
/** Nearer to the middle names would lie over one another. */
const CROWDED = 0.5;
/** The pointer chooses a dot within this distance, in pixels. */
const NEAR = 30;
/** Set as attributes, because a saved file has no style sheet. */
const WAY = { fill: 'none', 'stroke-opacity': 0.4, 'stroke-width': 0.008 };
const NAME = { 'font-size': 0.16, 'text-anchor': 'middle', 'dominant-baseline': 'central' };

/** An embedding that changes: its current state. */
export interface Turning {
  /** How many numbers there are. */
  readonly n: number;
  /** The numbers in the plane of frequency k, [n, 2]. */
  circle(k: number): Matrix;
  /** The number at an index. */
  numberAt(index: number): number;
}

export const circleColour = (place: number): string => SERIES_COLOURS[place % SERIES_COLOURS.length]!;

function draw<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

interface Circle {
  readonly element: HTMLElement;
  readonly svg: SVGSVGElement;
  /** A row for each dot: frequency, number, along cosine, along sine. */
  readonly rows: () => Rows;
  show(turning: Turning, k: number, radius: number): void;
}

/** A circle for a group of n numbers. */
function makeCircle(n: number, place: number): Circle {
  const path = draw('polygon', { ...WAY, stroke: MUTED });
  const size = { r: n > 60 ? 0.026 : 0.036, fill: circleColour(place) };
  const dots = Array.from({ length: n }, () => draw('circle', size));
  const names = Array.from({ length: NAMED }, () => draw('text', { ...NAME, fill: INK }));
  const svg = draw('svg', { viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`, role: 'img' });
  svg.append(path, ...dots, ...names);
  const caption = h('figcaption', {});
  const element = h('figure', { class: 'circle' }, caption);
  element.append(svg);
  /** What is drawn now. */
  let drawn: { turning: Turning; k: number; radius: number; data: Float64Array } | null = null;
  const reading = readout(element, 'chart', () => {
    if (!drawn) return null;
    const { turning, radius, data } = drawn;
    const [inner, outer] = [svg.getBoundingClientRect(), element.getBoundingClientRect()];
    const zoom = inner.width / (2 * REACH);
    const at = (index: number): [number, number] => [
      inner.left - outer.left + zoom * (REACH + data[2 * index]! / radius),
      inner.top - outer.top + zoom * (REACH - data[2 * index + 1]! / radius),
    ];
    return {
      count: n,
      nearest: (x, y) => {
        let best = { index: null as number | null, distance: NEAR };
        for (let index = 0; index < n; index++) {
          const distance = Math.hypot(at(index)[0] - x, at(index)[1] - y);
          if (distance < best.distance) best = { index, distance };
        }
        return best.index;
      },
      place: (index) => ({
        marks: [at(index)],
        says: `${turning.numberAt(index)}: along cosine ${short(data[2 * index])}, along sine ${short(data[2 * index + 1])}`,
      }),
    };
  });
  const rows = (): Rows =>
    drawn
      ? Array.from({ length: n }, (_, index) => [
          drawn!.k,
          drawn!.turning.numberAt(index),
          drawn!.data[2 * index]!,
          drawn!.data[2 * index + 1]!,
        ])
      : [];
  const show = (turning: Turning, k: number, radius: number): void => {
    const { data } = turning.circle(k);
    drawn = { turning, k, radius, data };
    const at = (index: number, further = 1): [number, number] => [
      (further * data[2 * index]!) / radius,
      (-further * data[2 * index + 1]!) / radius,
    ];
    // Neighbours on the circle differ by the inverse of k mod n; if k and n share a factor, there are several laps.
    const order = Array.from({ length: n }, (_, index) => index).sort(
      (i, j) => ((k * i) % n) - ((k * j) % n),
    );
    path.setAttribute(
      'points',
      order
        .map((index) =>
          at(index)
            .map((x) => x.toFixed(3))
            .join(),
        )
        .join(' '),
    );
    dots.forEach((dot, index) => {
      const [x, y] = at(index);
      dot.setAttribute('cx', x.toFixed(3));
      dot.setAttribute('cy', y.toFixed(3));
    });
    names.forEach((name, i) => {
      const index = order[Math.floor((i * n) / NAMED)]!;
      const [x, y] = at(index, 1.22);
      name.setAttribute('x', x.toFixed(3));
      name.setAttribute('y', y.toFixed(3));
      name.textContent = Math.hypot(x, y) < CROWDED ? '' : String(turning.numberAt(index));
    });
    caption.textContent = `k = ${k}`;
    const label = `The numbers in the plane of frequency ${k}`;
    svg.setAttribute('aria-label', label);
    element.dataset['frequency'] = String(k);
    reading.refresh(label);
  };
  return { element, svg, rows, show };
}

export interface Circles {
  readonly element: HTMLElement;
  /** `strongest`: frequencies, at most as many as there are circles. */
  draw(strongest: readonly number[]): void;
}

/** `count`: the number of circles. */
export function circles(turning: Turning, count: number): Circles {
  const all = Array.from({ length: count }, (_, i) => makeCircle(turning.n, i));
  let reach = 0;
  const element = h('div', { class: 'circles' }, ...all.map(({ element }) => element));
  const shown = (): Circle[] => all.filter(({ element }) => element.dataset['frequency'] !== undefined);
  canBeSaved(element, {
    name: () => 'numbers on circles',
    svg: () => sideBySide(shown().map(({ svg, element }) => [svg, element.textContent])),
    rows: () => [
      ['frequency', 'number', 'along cosine', 'along sine'],
      ...shown().flatMap(({ rows }) => rows()),
    ],
  });
  return {
    element,
    draw: (strongest) => {
      // One scale for all circles. It grows with them but never shrinks, so that a small circle looks small.
      for (const k of strongest) {
        const { data } = turning.circle(k);
        for (let i = 0; i < data.length; i += 2) reach = Math.max(reach, Math.hypot(data[i]!, data[i + 1]!));
      }
      strongest.forEach((k, i) => all[i]?.show(turning, k, reach || 1));
    },
  };
}
