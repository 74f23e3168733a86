// The page of the lab, with nothing trained yet.
import { h, part } from '../parts/element.ts';
import { finish } from '../parts/finish.ts';
import { lab } from './lab.ts';

document
  .querySelector('main')!
  .replaceChildren(
    part('the lab', () =>
      lab(
        h('h1', { id: 'lab-title' }, 'Watch a network grok'),
        h(
          'p',
          { class: 'lead' },
          'A small transformer learns modular arithmetic in this page, step by step, just as in the pipeline. First it learns its training pairs by heart. Then, quite suddenly, it finds the rule, and its numbers fall into circles.',
        ),
      ),
    ),
  );
finish(document.querySelector('main')!);
