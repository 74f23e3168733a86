// The section with all figures that the stages drew.
import { h, isServed, missing, pathOf, section } from '../parts/element.ts';
import { figureCard } from '../parts/figure-card.ts';
import type { Run } from './run.ts';

/** Stages that draw, in the order of the pipeline. */
const STAGES = ['curves', 'attention', 'svd', 'fourier', 'neurons', 'logits', 'progress'];

export function figures(run: Run): HTMLElement {
  const { figures, summaries } = run.data;
  const groups = [...new Set([...STAGES, ...figures.map(({ stage }) => stage)])];
  return section(
    'figures',
    'All figures',
    h(
      'p',
      {},
      `These are the figures as the stages drew them.${isServed ? ' Links lead to their files in the folder of this run; the .arrow files hold the numbers.' : ''}`,
    ),
    ...groups.map((stage) => {
      const own = figures.flatMap((figure, i) => (figure.stage === stage ? [{ figure, i }] : []));
      if (own.length === 0)
        return Object.hasOwn(summaries, stage) ? '' : missing(`What ${stage} draws`, stage);
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
        h(
          'div',
          { class: 'figures' },
          ...own.map(({ figure: { name, title }, i }) =>
            figureCard({
              title,
              path: pathOf('..', stage, name),
              caption: `${stage}/${name}`,
              block: `figure-${i}`,
            }),
          ),
        ),
      );
    }),
  );
}
