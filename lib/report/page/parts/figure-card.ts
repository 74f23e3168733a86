// A card with a figure of a stage or a sweep. The figure is unpacked when it comes into view; links lead to its files
// beside the page.
import { colourRules } from '../../colours.ts';
import { byteBlock } from './block.ts';
import { h, isServed } from './element.ts';
import { canBeSaved } from './saving.ts';
import { followScheme } from './theme.ts';
import { whenSeen } from './when-seen.ts';

export interface Card {
  readonly title: string;
  /** Path of its files relative to the page, without extension. */
  readonly path: string;
  readonly caption: string;
  /** The block with its SVG, gzipped. */
  readonly block: string;
}

export function figureCard({ title, path, caption, block }: Card): HTMLElement {
  const picture = h('div', { class: 'static', tabindex: 0, role: 'group', 'aria-label': title });
  let svg: string | null = null;
  whenSeen(picture, async () => {
    svg = await unpack(picture, title, block);
    card.classList.toggle('wide', isWide(svg));
  });
  canBeSaved(picture, { name: () => caption, svg: () => svg });
  const links = isServed
    ? ['svg', 'png', 'arrow'].map((type) =>
        h(
          'a',
          { href: `${path}.${type}`, download: true, 'aria-label': `${title} as ${type}` },
          type.toUpperCase(),
        ),
      )
    : [];
  const card = h(
    'figure',
    { class: 'card' },
    picture,
    h('figcaption', {}, `${caption} `, ...links.flatMap((link) => [' ', link])),
  );
  return card;
}

/** Whether it is so wide, as several maps beside one another are, that it would be too small in a column. */
function isWide(svg: string): boolean {
  const [, width, height] = /^<svg[^>]* viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
  return Number(width) > Math.min(1000, 2.5 * Number(height));
}

/** Shows the SVG as an image, so that a script in it does not run, and returns its text. */
async function unpack(element: HTMLElement, title: string, block: string): Promise<string> {
  const packed = new Blob([byteBlock(block)]);
  const svg = await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text();
  const image = (isDark: boolean): HTMLElement => {
    const worn = new Blob([wear(svg, isDark)], { type: 'image/svg+xml' });
    return h('img', { alt: title, src: URL.createObjectURL(worn) });
  };
  // A print is light, and begins before an image could be changed: so the light one is there in the dark, too.
  const light = image(false);
  let dark: HTMLElement | null = null;
  followScheme((isDark) => element.replaceChildren(light, ...(isDark ? [(dark ??= image(true))] : [])));
  return svg;
}

/** The picture with the colours of the page inside: an image does not see the style sheet of the page. */
function wear(svg: string, isDark: boolean): string {
  const end = svg.lastIndexOf('</svg>');
  if (end === -1) return svg;
  const scheme = `:root{color-scheme:${isDark ? 'dark' : 'light'}}image{image-rendering:pixelated}`;
  return `${svg.slice(0, end)}<style>${scheme}${colourRules()}</style>${svg.slice(end)}`;
}
