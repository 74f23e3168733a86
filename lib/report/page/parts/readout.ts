// What is read off a chart or a grid, in one way for all: value and place under the pointer, or where arrow keys lead while it
// has the focus; what keys lead to is told to screen readers.
import { h } from './element.ts';

export interface Place {
  /** Where it is marked, in pixels from the corner of the element: once for each value that is told. */
  readonly marks: readonly (readonly [x: number, y: number])[];
  readonly says: string;
}

export interface Places {
  readonly count: number;
  /** Of a grid: how many there are in a row. */
  readonly columns?: number;
  /** The index of that which a pointer means; null where it means none. */
  nearest(x: number, y: number): number | null;
  place(index: number): Place;
}

export interface Readout {
  /** After the picture has changed; `label` says what it is. */
  refresh(label: string): void;
}

/** Between a place and its words, in pixels. */
const GAP = 10;

/** Of all readouts of the page one is shown. */
let hideShown: (() => void) | null = null;
let announced: HTMLElement | null = null;

function announce(says: string): void {
  announced ??= h('p', { class: 'hidden', 'aria-live': 'polite' });
  if (!announced.isConnected) document.querySelector('main')!.append(announced);
  announced.textContent = says;
}

/** `kind`: what a screen reader calls it. `places`: null while there is nothing to read. */
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
  // The focus is for keys: after a click the arrow keys move the slider as before.
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

/** Where a key leads; null for a key that leads nowhere. In a grid home and end are those of the row. */
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
