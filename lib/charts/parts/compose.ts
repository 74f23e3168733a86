// Puts panels together into one stand-alone SVG with its title and legend inside.
import { FONT, INK, MUTED, TEXT_SIZE, TITLE_SIZE, textWidth, wrapText } from '../style.ts';
import type { Panel } from './plot.ts';

/** A complete SVG file; width and height are its own units (CSS pixels). */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

export interface LegendItem {
  readonly name: string;
  readonly colour: string;
  readonly mark: 'line' | 'dashes' | 'square';
}

interface Composition {
  readonly title: string;
  /** What is drawn, in a sentence or two; wrapped to the figure's width. */
  readonly subtitle?: string | undefined;
  readonly legend?: readonly LegendItem[];
  /** Side by side. */
  readonly panels: readonly Panel[];
}

const MARGIN = 20;
const MIN_WIDTH = 480;
const LINE_HEIGHT = 1.4;

/** Title, subtitle and legend above the panels, on white. */
export function composeFigure({ title, subtitle, legend = [], panels }: Composition): Drawing {
  const inner = panels.reduce((sum, panel) => sum + panel.width, 0);
  const width = Math.ceil(Math.max(inner, MIN_WIDTH)) + 2 * MARGIN;
  const parts: string[] = [];
  let y = MARGIN;
  const addText = (text: string, size: number, attributes: string, bold: boolean): void => {
    for (const line of wrapText(text, size, width - 2 * MARGIN, bold)) {
      const baseline = Math.round(y + size);
      parts.push(
        `<text x="${MARGIN}" y="${baseline}" font-size="${size}" ${attributes}>${escapeXml(line)}</text>`,
      );
      y += size * LINE_HEIGHT;
    }
  };
  addText(title, TITLE_SIZE, `font-weight="bold" fill="${INK}"`, true);
  if (subtitle) addText(subtitle, TEXT_SIZE, `fill="${MUTED}"`, false);
  if (legend.length > 0) {
    const drawn = drawLegend(legend, width - 2 * MARGIN);
    parts.push(place(drawn, MARGIN, y + 4));
    y += 4 + drawn.height;
  }
  y = Math.round(y + 8);
  let x = MARGIN;
  for (const panel of panels) {
    parts.push(place(panel, x, y));
    x += panel.width;
  }
  const height = Math.ceil(y + Math.max(...panels.map((panel) => panel.height)) + MARGIN / 2);
  const svg = renumberIds(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
      `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" role="img">` +
      `<title>${escapeXml(title)}</title><rect width="${width}" height="${height}" fill="white"/>` +
      `${parts.join('\n')}</svg>\n`,
  );
  return { svg, width, height };
}

const place = ({ content }: Panel, x: number, y: number): string =>
  `<g transform="translate(${x},${y})">${content}</g>`;

/** Swatches and names, in as many rows as they need. */
function drawLegend(items: readonly LegendItem[], width: number): Panel {
  const rowHeight = TEXT_SIZE * 1.6;
  let [x, row] = [0, 0];
  const parts = items.map(({ name, colour, mark }) => {
    const swatchWidth = mark === 'square' ? 12 : 20;
    const itemWidth = swatchWidth + 6 + textWidth(name, TEXT_SIZE);
    if (x > 0 && x + itemWidth > width) [x, row] = [0, row + 1];
    const middle = row * rowHeight + rowHeight / 2;
    const dashes = mark === 'dashes' ? 'stroke-dasharray="5,3" stroke-width="1.8"' : 'stroke-width="2.5"';
    const swatch =
      mark === 'square'
        ? `<rect x="${x}" y="${middle - 6}" width="12" height="12" fill="${colour}"/>`
        : `<path d="M${x},${middle}h${swatchWidth}" stroke="${colour}" ${dashes} fill="none"/>`;
    const text = `<text x="${x + swatchWidth + 6}" y="${middle}" dy="0.35em">${escapeXml(name)}</text>`;
    x += itemWidth + 16;
    return swatch + text;
  });
  const content = `<g font-size="${TEXT_SIZE}" fill="${INK}">${parts.join('')}</g>`;
  return { content, width, height: (row + 1) * rowHeight };
}

/** Numbers the ids of a figure from 1, so that equal figures have equal bytes: Plot counts on over the whole process. */
function renumberIds(svg: string): string {
  const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!);
  const numbers = new Map(ids.map((id, i) => [id, `id-${i + 1}`]));
  return svg.replaceAll(/( id="|url\(#|href="#)([^")]+)/g, (whole, before: string, id: string) => {
    const number = numbers.get(id);
    return number ? before + number : whole;
  });
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (text: string): string => text.replaceAll(/[&<>"]/g, (c) => ENTITIES[c]!);
