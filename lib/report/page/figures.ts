// Every figure that the stages drew, unpacked when it comes into view, with links to its files beside the page.
import { decodeBytes, type FigureFile } from '../data.ts';
import { h, missing, section } from './element.ts';
import { blockOf, type Run } from './run.ts';

/** Stages that draw, in the order of the pipeline. */
const STAGES = ['curves', 'attention', 'svd', 'fourier', 'neurons', 'logits', 'progress'];

export function figures(run: Run): HTMLElement {
  const { figures, summaries } = run.data;
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        void unpack(target as HTMLElement);
      }
    },
    { rootMargin: '400px' },
  );
  const groups = [...new Set([...STAGES, ...figures.map(({ stage }) => stage)])];
  return section(
    'figures',
    'All figures',
    h(
      'p',
      {},
      'As the stages drew them. Links lead to the files beside this page, in the folder it was made in.',
    ),
    ...groups.map((stage) => {
      const own = figures.flatMap((figure, i) => (figure.stage === stage ? [{ figure, i }] : []));
      if (own.length === 0) return summaries[stage] ? '' : missing(`What ${stage} draws`, stage);
      return h(
        'details',
        { open: stage === groups[0] },
        h(
          'summary',
          {},
          stage,
          ' ',
          h('small', {}, `${own.length} ${own.length === 1 ? 'figure' : 'figures'}`),
        ),
        h('div', { class: 'figures' }, ...own.map(({ figure, i }) => drawFigure(figure, i, seen))),
      );
    }),
  );
}

function drawFigure({ stage, name, title }: FigureFile, i: number, seen: IntersectionObserver): HTMLElement {
  const picture = h('div', {
    class: 'static',
    'data-figure': i,
    tabindex: 0,
    role: 'group',
    'aria-label': title,
  });
  seen.observe(picture);
  const links = ['svg', 'png', 'arrow'].map((type) =>
    h(
      'a',
      { href: `../${stage}/${name}.${type}`, download: true, 'aria-label': `${title} as ${type}` },
      type.toUpperCase(),
    ),
  );
  return h(
    'figure',
    { class: 'card' },
    picture,
    h('figcaption', {}, `${stage}/${name} `, ...links.flatMap((link) => [' ', link])),
  );
}

/**
 * Ids are made unique: in one document, two figures may not both have an `id-1`. Names that Plot gives to parts go: the
 * figure has its own.
 */
async function unpack(element: HTMLElement): Promise<void> {
  const i = element.dataset['figure']!;
  const packed = new Blob([decodeBytes(blockOf(`figure-${i}`))]);
  const svg = await new Response(packed.stream().pipeThrough(new DecompressionStream('gzip'))).text();
  const own = svg.replaceAll(
    /( id="|url\(#|href="#)(id-\d+)/g,
    (_, before: string, id: string) => `${before}f${i}-${id}`,
  );
  element.innerHTML = own.replaceAll(/(<(?!svg)[^>]*?) aria-label="[^"]*"/g, '$1');
}
