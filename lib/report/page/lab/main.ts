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
          'A small transformer learns modular arithmetic here, in this page, step by step as the pipeline trains it. First it learns its training pairs by heart. Then, quite suddenly, it finds the rule: its numbers fall into circles.',
        ),
      ),
    ),
  );
finish(document.querySelector('main')!);
