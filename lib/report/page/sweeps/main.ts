// The page of sweeps: a section for each sweep.
import type { SweepData } from '../../sweeps/data.ts';
import { textBlock } from '../parts/block.ts';
import { h, part } from '../parts/element.ts';
import { finish } from '../parts/finish.ts';
import { sweep } from './sweep.ts';

const sweeps = JSON.parse(textBlock('data')) as SweepData[];

document
  .querySelector('main')!
  .replaceChildren(
    h(
      'section',
      { id: 'sweeps', 'aria-labelledby': 'sweeps-title' },
      h('h1', { id: 'sweeps-title' }, 'How long until it groks?'),
      h(
        'p',
        { class: 'lead' },
        'Many trainings that differ in a few settings. A network has memorised when it is right on 99 % of the pairs that it was trained on, and has grokked when it is right on 99 % of those that it never saw. Choose a run in a picture or in the list to see its numbers.',
      ),
    ),
    ...sweeps.map((data) => part(data.name, () => sweep(data))),
  );
document
  .querySelector('nav')!
  .append(...sweeps.map(({ name }) => h('a', { href: `#${encodeURIComponent(`sweep-${name}`)}` }, name)));
finish(document.querySelector('main')!);
