// Draws plots without a browser: linkedom, imported only here, provides the document, and PngCanvas the pixels.
// A panel is a piece of SVG that a figure places; the figure renumbers its ids.
import { parseHTML } from 'linkedom';
import { Plot } from '../observable-plot.ts';
import { INK, TICK_SIZE } from '../style.ts';
import { PngCanvas } from './canvas.ts';

export { Plot };

/** A fragment of SVG that fills width x height from (0, 0). */
export interface Panel {
  readonly content: string;
  readonly width: number;
  readonly height: number;
}

/** What is used of an SVG element, since this project is compiled without the DOM's types. */
interface Drawn {
  getAttribute(name: string): string | null;
  querySelector(selector: string): { remove(): void } | null;
  innerHTML: string;
}

type PlotDocument = NonNullable<Plot.PlotOptions['document']>;

function createDocument(): PlotDocument {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const createElement = document.createElement.bind(document);
  const override = (name: string): unknown => (name === 'canvas' ? new PngCanvas() : createElement(name));
  return Object.assign(document, { createElement: override }) as unknown as PlotDocument;
}

/** Draws a plot. Only the inside of its <svg> is kept, as titles and legends belong to the figure. */
export function drawPanel(options: Plot.PlotOptions): Panel {
  const svg = Plot.plot({ ...options, document: createDocument() }) as unknown as Drawn;
  svg.querySelector('style')?.remove();
  const content = `<g fill="${INK}" font-size="${TICK_SIZE}" text-anchor="middle">${svg.innerHTML}</g>`;
  return { content, width: Number(svg.getAttribute('width')), height: Number(svg.getAttribute('height')) };
}
