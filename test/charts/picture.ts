// What a reader sees in a figure: the text of the SVG, the pixels of its rasters, the ink of the PNG.
import assert from 'node:assert/strict';
import type { Drawing } from '../../lib/charts/parts/compose.ts';
import type { Pixels } from '../../lib/charts/parts/png.ts';
import { renderPng } from '../../lib/charts/render.ts';
import { decodePng } from './decode-png.ts';

/** The texts of a figure in drawing order. */
export const textsOf = ({ svg }: Drawing): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]!);

/** Attributes of an element by name, those of its group included; `text` is its text. */
type Element = Readonly<Record<string, string>>;

const attributesOf = (tag: string): Record<string, string> =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]));

/** The elements of one kind that are in a group of the same kind, in drawing order: one group per mark. */
export const elementsOf = ({ svg }: Drawing, tag: string): Element[] =>
  [...svg.matchAll(/<g ([^>]*)>((?:(?!<\/?g[ >]).)*)<\/g>/gs)].flatMap(([, group, inside]) =>
    [...inside!.matchAll(new RegExp(`<${tag} ([^>]*)>([^<]*)`, 'g'))].map(([, own, text]) => ({
      ...attributesOf(group!),
      ...attributesOf(own!),
      text: text!,
    })),
  );

/** Where an element was moved to, in pixels. */
export function placeOf({ transform }: Element): [x: number, y: number] {
  const [, x, y] = /^translate\(([-\d.]+),([-\d.]+)\)/.exec(transform ?? '')!;
  return [Number(x), Number(y)];
}

/** What the axes of the first panel say of a place: the name of the tick at that pixel, or '' between two. */
export function axesOf(figure: Drawing): { x: (pixel: number) => string; y: (pixel: number) => string } {
  const labels = (side: 'x' | 'y') => {
    const all = elementsOf(figure, 'text').filter((each) => each['aria-label'] === `${side}-axis tick label`);
    const ticks = all.map((each) => ({ at: placeOf(each)[side === 'x' ? 0 : 1], name: each['text']! }));
    return (pixel: number): string => ticks.find(({ at }) => Math.abs(at - pixel) < 0.01)?.name ?? '';
  };
  return { x: labels('x'), y: labels('y') };
}

/** The rasters of a figure: the facets of a heat map as one reads them, row by row, then its colour bar. */
export function rastersOf({ svg }: Drawing): Pixels[] {
  const images =
    /(?:<g transform="translate\(([\d.]+),([\d.]+)\)">)?<image[^>]*href="data:image\/png;base64,([^"]+)"/g;
  const found = [...svg.matchAll(images)].map(([, x, y, data]) => ({
    x: Number(x ?? Infinity),
    y: Number(y ?? Infinity),
    pixels: decodePng(Buffer.from(data!, 'base64')),
  }));
  assert.doesNotMatch(
    svg,
    /<image[^>]* scale\((-|[^)]*,-)/,
    'a raster stands as its pixels do, not mirrored',
  );
  const bar = found.pop()!;
  return [...found.sort((a, b) => a.y - b.y || a.x - b.x), bar].map(({ pixels }) => pixels);
}

/**
 * The values of a raster as a reader finds them: each pixel's colour is looked up in the colour bar, which runs from
 * `high` at its top to `low`.
 */
export function readValues(raster: Pixels, bar: Pixels, low: number, high: number): number[] {
  const pixel = ({ rgba }: Pixels, i: number): number[] => [...rgba.subarray(i * 4, i * 4 + 3)];
  const distance = (a: number[], b: number[]): number => a.reduce((sum, x, c) => sum + (x - b[c]!) ** 2, 0);
  const steps = Array.from({ length: bar.height }, (_, i) => pixel(bar, i));
  return Array.from({ length: raster.width * raster.height }, (_, i) => {
    const colour = pixel(raster, i);
    const nearest = steps.reduce(
      (best, step, s) => (distance(step, colour) < distance(steps[best]!, colour) ? s : best),
      0,
    );
    return high - ((nearest + 0.5) / bar.height) * (high - low);
  });
}

/** Fails unless the SVG is well-formed XML that draws text, and nothing runs into the edge of the picture. */
export function assertSound(figure: Drawing): void {
  const { width, height, rgba } = decodePng(renderPng(figure.svg)); // throws on malformed XML
  assert.deepEqual([width, height], [2 * figure.width, 2 * figure.height]);
  const isWhite = (x: number, y: number): boolean =>
    rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3).every((c) => c === 255);
  for (let x = 0; x < width; x++)
    for (let d = 0; d < 8; d++)
      assert.ok(isWhite(x, d) && isWhite(x, height - 1 - d), `ink at the edge, x ${x}`);
  for (let y = 0; y < height; y++)
    for (let d = 0; d < 8; d++)
      assert.ok(isWhite(d, y) && isWhite(width - 1 - d, y), `ink at the edge, y ${y}`);
  const bare = { ...figure, svg: figure.svg.replaceAll(/<text[^>]*>[^<]*<\/text>/g, '') };
  const withoutText = decodePng(renderPng(bare.svg)).rgba;
  const inked = rgba.reduce((n, c, i) => (c === withoutText[i] ? n : n + 1), 0);
  assert.ok(inked > 100 * textsOf(figure).length, `text is drawn: ${inked} bytes differ`);
}
