// A figure that a stage or a sweep drew: unpacked when it comes into view, with links to its files beside the page.
import { colourRules } from '../../colours.ts';
import { blockOf, decodeBytes } from './block.ts';
import { h } from './element.ts';
import { followScheme } from './theme.ts';

export interface Card {
  readonly title: string;
  /** Where its files are, from the page, without their extension. */
  readonly path: string;
  readonly caption: string;
  /** The block that has its SVG, gzipped. */
  readonly block: string;
}

export function figureCard({ title, path, caption, block }: Card): HTMLElement {
  const picture = h('div', { class: 'static', tabindex: 0, role: 'group', 'aria-label': title });
  new IntersectionObserver(
    (entries, seen) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      void unpack(picture, title, block);
    },
    { rootMargin: '400px' },
  ).observe(picture);
  const links = ['svg', 'png', 'arrow'].map((type) =>
    h(
      'a',
      { href: `${path}.${type}`, download: true, 'aria-label': `${title} as ${type}` },
      type.toUpperCase(),
    ),
  );
  return h(
    'figure',
    { class: 'card' },
    picture,
    h('figcaption', {}, `${caption} `, ...links.flatMap((link) => [' ', link])),
  );
}

/** As an image, so that whatever stands in the file is looked at and does nothing. */
async function unpack(element: HTMLElement, title: string, block: string): Promise<void> {
  const packed = new Blob([decodeBytes(blockOf(block))]);
  const svg = await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text();
  const image = h('img', { alt: title });
  followScheme((isDark) => {
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(new Blob([wear(svg, isDark)], { type: 'image/svg+xml' }));
  });
  element.replaceChildren(image);
}

/** The picture in the colours of the page: an image sees no style sheet but its own. */
function wear(svg: string, isDark: boolean): string {
  const end = svg.lastIndexOf('</svg>');
  if (end === -1) return svg;
  const scheme = `:root{color-scheme:${isDark ? 'dark' : 'light'}}image{image-rendering:pixelated}`;
  return `${svg.slice(0, end)}<style>${scheme}${colourRules()}</style>${svg.slice(end)}`;
}
