// Reads values off any chart or grid: shows the value and the place under the pointer, or, while the element has the
// focus, where the arrow keys lead. Screen readers announce what the keys lead to.
import { h } from './element.ts';

export interface Place {
  /** Where to mark it, in pixels from the element's upper left corner: one mark for each value that is read. */
  readonly marks: readonly (readonly [x: number, y: number])[];
  readonly says: string;
}

export interface Places {
  readonly count: number;
  /** For a grid: the number of places in a row. */
  readonly columns?: number;
  /** The index of the place that the pointer at (x, y) chooses; null if it chooses none. */
  nearest(x: number, y: number): number | null;
  place(index: number): Place;
}

export interface Readout {
  /** Call it after the picture has changed. `label` says what the picture is. */
  refresh(label: string): void;
}

/** The distance between a place and its words, in pixels. */
const GAP = 10;

/** Hides the readout that is shown now: the page shows one at a time. */
let hideShown: (() => void) | null = null;
let announced: HTMLElement | null = null;

function announce(says: string): void {
  announced ??= h('p', { class: 'hidden', 'aria-live': 'polite' });
  if (!announced.isConnected) document.querySelector('main')!.append(announced);
  announced.textContent = says;
}

/** `kind`: what a screen reader calls the element. `places` gives null while there is nothing to read. */
export function readout(element: HTMLElement, kind: string, places: () => Places | null): Readout {
  const words = h('span', {});
  const shown = h('div', { class: 'reading', 'aria-hidden': 'true' });
  let index: number | null = null;

  const hide = (): void => {
    index = null;
    shown.remove();
    if (hideShown === hide) hideShown = null;
  };
  const show = (next: number | null): void => {
    const all = places();
    if (next === null || all === null || next >= all.count) return hide();
    if (hideShown !== hide) hideShown?.();
    hideShown = hide;
    index = next;
    const { marks, says } = all.place(next);
    words.textContent = says;
    const dots = marks.map(([x, y]) => h('i', { style: { left: `${x}px`, top: `${y}px` } }));
    shown.replaceChildren(...dots, words);
    if (shown.parentElement !== element) element.append(shown);
    const [x, ys] = [marks[0]?.[0] ?? 0, marks.map(([, y]) => y)];
    const above = Math.min(...ys) - GAP - words.offsetHeight;
    const inside = (at: number, most: number): string => `${Math.max(0, Math.min(most, at))}px`;
    words.style.left = inside(x - words.offsetWidth / 2, element.clientWidth - words.offsetWidth);
    words.style.top = inside(
      above >= 0 ? above : Math.max(...ys) + GAP,
      element.clientHeight - words.offsetHeight,
    );
  };
  const read = (next: number): void => {
    show(next);
    announce(words.textContent);
  };
  const point = (event: PointerEvent): void => {
    const { left, top } = element.getBoundingClientRect();
    show(places()?.nearest(event.clientX - left, event.clientY - top) ?? null);
  };
  element.classList.add('readable');
  element.tabIndex = 0;
  element.setAttribute('role', 'application');
  element.setAttribute('aria-roledescription', kind);
  element.addEventListener('pointermove', (event) => event.pointerType === 'mouse' && point(event));
  element.addEventListener('pointerdown', point);
  element.addEventListener('pointerleave', (event) => event.pointerType === 'mouse' && hide());
  // Only the keyboard gives focus: after a click the arrow keys still move the slider.
  element.addEventListener('mousedown', (event) => {
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  element.addEventListener('focus', () => read(index ?? 0));
  element.addEventListener('blur', hide);
  element.addEventListener('keydown', (event) => {
    const all = places();
    if (event.key === 'Escape') return hide();
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const next = all && isPlain ? afterKey(all, index ?? 0, event.key) : null;
    if (next === null) return;
    event.preventDefault();
    read(next);
  });
  const refresh = (label: string): void => {
    element.setAttribute('aria-label', label);
    if (index !== null) show(index);
  };
  return { refresh };
}

/** The index that a key leads to; null for any other key. In a grid, Home and End lead to the ends of the row. */
function afterKey({ count, columns = count }: Places, index: number, key: string): number | null {
  const row = index - (index % columns);
  const rowEnd = Math.min(row + columns, count) - 1;
  const tenth = Math.max(1, Math.round(columns / 10));
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: Math.max(row, index - 1),
    ArrowRight: Math.min(rowEnd, index + 1),
    ArrowUp: columns < count && index >= columns ? index - columns : index,
    ArrowDown: columns < count && index + columns < count ? index + columns : index,
    PageUp: Math.max(row, index - tenth),
    PageDown: Math.min(rowEnd, index + tenth),
    Home: row,
    End: rowEnd,
  };
  return to[key] ?? null;
}
