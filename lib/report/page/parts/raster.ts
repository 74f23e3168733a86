// Heat maps of a page: a stretched canvas with one pixel per cell, and a colour bar below. To keep up with the slider,
// colours come from a table of 256 steps of Plot's schemes.
import { enlargeSpots } from '../../../charts/spots.ts';
import { SCHEMES } from '../../../charts/style.ts';
import { Plot } from './chart.ts';
import { h } from './element.ts';
import { short } from './numbers.ts';
import { readout } from './readout.ts';
import { canBeSaved } from './saving.ts';

const STEPS = 256;
/** About how wide a map stands in a panel, in pixels. */
const WIDTH = 240;
const tables = new Map<string, Uint8ClampedArray>();

/** RGB of 256 steps of the scheme. */
function colourTable(scheme: (typeof SCHEMES)[keyof typeof SCHEMES]): Uint8ClampedArray {
  const known = tables.get(scheme);
  if (known) return known;
  const { apply } = Plot.scale({ color: { type: 'linear', scheme, domain: [0, STEPS - 1] } });
  const canvas = h('canvas', { width: STEPS, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  for (let i = 0; i < STEPS; i++) {
    context.fillStyle = apply(i) as string;
    context.fillRect(i, 0, 1, 1);
  }
  const { data } = context.getImageData(0, 0, STEPS, 1);
  tables.set(scheme, data);
  return data;
}

/** A colour bar of the scheme between the numbers at its ends. */
export function colourBar(signed: boolean, low: HTMLElement, high: HTMLElement): HTMLElement {
  const table = colourTable(signed ? SCHEMES.signed : SCHEMES.unsigned);
  const stops = Array.from({ length: 17 }, (_, i) => {
    const at = 4 * Math.round((i / 16) * (STEPS - 1));
    return `rgb(${table[at]}, ${table[at + 1]}, ${table[at + 2]})`;
  });
  const strip = h('span', {
    class: 'strip',
    style: { background: `linear-gradient(to right, ${stops.join(', ')})` },
  });
  return h('div', { class: 'bar', 'aria-hidden': 'true' }, low, strip, high);
}

export interface Raster {
  readonly element: HTMLElement;
  /** `values`: row-major, [side, side]. A signed domain is symmetric about zero. */
  draw(values: ArrayLike<number>, domain: readonly [number, number], description: string): void;
}

/** A square heat map with the names of rows and columns at its sides. The readout calls a cell by its `name`. */
export function raster(
  side: number,
  {
    rows,
    columns,
    signed = false,
    bar = true,
    hasSpots = false,
    name,
  }: {
    rows: string;
    columns: string;
    signed?: boolean;
    bar?: boolean;
    /** Whether a few cells stand out, which are then drawn large enough to be seen. */
    hasSpots?: boolean;
    name: (row: number, column: number) => string;
  },
): Raster {
  const canvas = h('canvas', { width: side, height: side, role: 'img' });
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  const [low, high] = [h('span'), h('span')];
  const element = h(
    'div',
    { class: 'raster' },
    h('span', { class: 'rows', 'aria-hidden': 'true' }, rows),
    canvas,
    h('span', { class: 'columns', 'aria-hidden': 'true' }, columns),
    ...(bar ? [colourBar(signed, low, high)] : []),
  );
  const table = new Uint32Array(colourTable(signed ? SCHEMES.signed : SCHEMES.unsigned).buffer);
  let drawn: ArrayLike<number> = [];
  let shown: ArrayLike<number> = [];
  /** The cell whose value a cell shows: its own, or that of a spot which was made larger. */
  const spotAt = (index: number): number => {
    if (shown[index] === drawn[index]) return index;
    const [row, column] = [Math.floor(index / side), index % side];
    const away = (i: number): number => Math.hypot(Math.floor(i / side) - row, (i % side) - column);
    return Array.from({ length: drawn.length }, (_, i) => i)
      .filter((i) => drawn[i] === shown[index])
      .reduce((best, i) => (away(i) < away(best) ? i : best));
  };
  const reading = readout(element, 'heat map', () => {
    if (drawn.length === 0) return null;
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = canvas;
    const cell = (offset: number, length: number): number => Math.floor((offset / length) * side);
    return {
      count: side * side,
      columns: side,
      nearest: (x, y) => {
        const [row, column] = [cell(y - offsetTop, clientHeight), cell(x - offsetLeft, clientWidth)];
        const isInside = Math.min(row, column) >= 0 && Math.max(row, column) < side;
        return isInside ? spotAt(row * side + column) : null;
      },
      place: (index) => {
        const [row, column] = [Math.floor(index / side), index % side];
        const at = (cell: number, offset: number, length: number): number =>
          offset + ((cell + 0.5) / side) * length;
        return {
          marks: [[at(column, offsetLeft, clientWidth), at(row, offsetTop, clientHeight)]],
          says: `${name(row, column)}: ${short(drawn[index])}`,
        };
      },
    };
  });
  const draw: Raster['draw'] = (values, [from, to], description) => {
    drawn = values;
    shown = hasSpots ? enlargeSpots(values, side, Math.max(-from, to), WIDTH / side) : values;
    const scale = (STEPS - 1) / (to - from || 1);
    for (let i = 0; i < pixels.length; i++) {
      const step = Math.round((shown[i]! - from) * scale);
      pixels[i] = table[step < 0 ? 0 : step < STEPS ? step : STEPS - 1]!;
    }
    context.putImageData(image, 0, 0);
    canvas.setAttribute('aria-label', description);
    canvas.dataset['domain'] = JSON.stringify([from, to]);
    low.textContent = short(from);
    high.textContent = short(to);
    reading.refresh(description);
  };
  canBeSaved(element, {
    name: () => canvas.getAttribute('aria-label') ?? rows,
    canvas: () => enlarged(canvas),
    rows: () => [
      [`cell: ${rows}, ${columns}`, 'value'],
      ...Array.from(drawn, (value, i) => [name(Math.floor(i / side), i % side), value]),
    ],
  });
  return { element, draw };
}

/** A copy with several pixels per cell: with one pixel per cell a saved picture would be tiny. */
function enlarged(canvas: HTMLCanvasElement): HTMLCanvasElement {
  const zoom = Math.max(1, Math.ceil(600 / canvas.width));
  const larger = h('canvas', { width: zoom * canvas.width, height: zoom * canvas.height });
  const context = larger.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, larger.width, larger.height);
  return larger;
}

/** The largest absolute value; 1 if all are zero. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most || 1;
}
