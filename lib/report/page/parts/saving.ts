// Saves or copies what a page shows, from file:// too: drawings as SVG and PNG, numbers and tables as CSV. Code that
// makes something worth saving registers it here; once the page is complete, buttons are put beside it.
import { FONT } from '../../../charts/style.ts';
import { h } from './element.ts';
import { saveFile } from './save-file.ts';

export type Rows = readonly (readonly (string | number)[])[];

export interface Saved {
  /** The name of its files; it also tells its buttons from others. */
  readonly name: () => string;
  /** The drawing as the text of a file; null while there is none. */
  readonly svg?: () => string | null;
  readonly canvas?: () => HTMLCanvasElement;
  /** The first row has the names of the columns. */
  readonly rows?: () => Rows;
}

const saved = new WeakMap<Element, Saved>();

export const canBeSaved = (element: Element, what: Saved): void => void saved.set(element, what);

const PICTURES = '.chart, .raster, .circles, .static';

/** Puts buttons beside everything in `root` that can be saved, including tables and what is added to it later. */
export function offerSaving(root: Element): void {
  offer(root);
  new MutationObserver((changes) => {
    // A chart that is drawn again adds SVG, not HTML.
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node instanceof HTMLElement && !node.matches('.save')) offer(node);
  }).observe(root, { childList: true, subtree: true });
}

function offer(root: Element): void {
  const inside = (selector: string): Element[] => [
    ...(root.matches(selector) ? [root] : []),
    ...root.querySelectorAll(selector),
  ];
  for (const table of inside('table')) {
    const scrolls = table.parentElement?.matches('.scroll') ? table.parentElement : null;
    const element = scrolls ?? table;
    canBeSaved(element, { name: () => nameOf(table, element), rows: () => rowsOf(table) });
    putBeside(element);
  }
  for (const element of inside(PICTURES)) putBeside(element);
}

function putBeside(element: Element): void {
  const what = saved.get(element);
  if (what && element.isConnected && !element.nextElementSibling?.matches('.save'))
    element.after(buttons(what));
}

/** A PNG has this many pixels per pixel of the drawing, along each side. */
const ZOOM = 2;

function buttons({ name, svg, canvas, rows }: Saved): HTMLElement {
  const said = h('span', { role: 'status' });
  const button = (text: string, act: () => Promise<void> | void): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        click: () => {
          said.textContent = '';
          void Promise.resolve()
            .then(act)
            .catch((error: Error) => (said.textContent = error.message));
        },
      },
      text,
    );
  const file = (): string =>
    name()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 60);
  const drawing = (): string => {
    const text = svg!();
    if (text === null) throw new Error('not drawn yet');
    return text;
  };
  const png = (): Promise<Blob> => (svg ? pngOf(drawing()) : blobOf(canvas!()));
  const csv = (): string => csvOf(rows!());
  const copy = async (): Promise<void> => {
    if (svg || canvas) await navigator.clipboard.write([new ClipboardItem({ 'image/png': png() })]);
    else await navigator.clipboard.writeText(csv());
    said.textContent = 'copied';
  };
  const content = h(
    'span',
    {},
    ...(svg
      ? [button('SVG', () => saveFile(`${file()}.svg`, new Blob([drawing()], { type: 'image/svg+xml' })))]
      : []),
    ...(svg || canvas ? [button('PNG', async () => saveFile(`${file()}.png`, await png()))] : []),
    ...(rows
      ? [button('CSV', () => saveFile(`${file()}.csv`, new Blob([csv()], { type: 'text/csv' })))]
      : []),
    button('copy', copy),
    said,
  );
  const summary = h('summary', {}, 'save');
  const element = h('details', { class: 'save' }, summary, content);
  element.addEventListener('toggle', () => summary.setAttribute('aria-label', `save: ${name()}`));
  return element;
}

/** A drawing of the page as the text of a file: on white, and in the page's font. */
export function standalone(drawn: SVGElement): string {
  const copy = drawn.cloneNode(true) as SVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('font-family', FONT);
  copy.removeAttribute('class');
  copy.prepend(makeSvg('rect', { width: '100%', height: '100%', fill: 'white' }));
  return new XMLSerializer().serializeToString(copy);
}

/** Joins drawings into one, each below its caption; null if there are none. */
export function sideBySide(
  drawings: readonly (readonly [svg: SVGSVGElement, caption: string])[],
): string | null {
  if (drawings.length === 0) return null;
  const row = makeSvg('svg', { width: SIDE * drawings.length, height: SIDE + CAPTION });
  drawings.forEach(([svg, caption], i) => {
    const text = makeSvg('text', { x: SIDE * i + 8, y: 16, 'font-size': 13 });
    text.textContent = caption;
    const copy = svg.cloneNode(true) as SVGElement;
    for (const [name, value] of Object.entries({ x: SIDE * i, y: CAPTION, width: SIDE, height: SIDE }))
      copy.setAttribute(name, String(value));
    row.append(text, copy);
  });
  return standalone(row);
}

/** The side of each joined drawing and the height of its caption, in pixels. */
const [SIDE, CAPTION] = [260, 20];

function makeSvg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = h('canvas', { width: ZOOM * image.width, height: ZOOM * image.height });
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(url);
  return blobOf(canvas);
}

const blobOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('this browser makes no PNG of it')))),
  );

const csvOf = (rows: Rows): string =>
  rows
    .map((row) =>
      row
        .map((cell) => String(cell).replaceAll('\u00a0', ' '))
        .map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
        .join(','),
    )
    .join('\n') + '\n';

const rowsOf = (table: Element): string[][] =>
  [...table.querySelectorAll('tr')].map((row) => [...row.children].map((cell) => cell.textContent.trim()));

const nameOf = (table: Element, element: Element): string =>
  table.querySelector('caption')?.textContent ?? element.getAttribute('aria-label') ?? 'table';
