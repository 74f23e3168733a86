// The only file that imports resvg: SVG to PNG with the fonts of dejavu-fonts-ttf and no others, so that every machine
// draws the same picture. (System fonts depend on the machine; without any font, resvg silently omits text.)
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';

const FONT_FILES = [
  new URL('../../node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf', import.meta.url),
  new URL('../../node_modules/dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf', import.meta.url),
].map((url) => fileURLToPath(url));

/** Pixels of the PNG per unit of the SVG. */
const ZOOM = 2;

/** The picture as a PNG file, twice the SVG's size in pixels. Throws if the SVG is not well-formed. */
export function renderPng(svg: string): Uint8Array {
  const resvg = new Resvg(svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: FONT_FILES,
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
    imageRendering: 1, // nearest neighbour: a cell of a heat map stays a rectangle
    fitTo: { mode: 'zoom', value: ZOOM },
  });
  return resvg.render().asPng();
}
