// A link to the page of sweeps. Another command makes that page at another time. This page depends only on its stages
// and cannot know what is there.
import { fileLink, h, section } from '../parts/element.ts';

export const sweepsLink = (): HTMLElement =>
  section(
    'sweeps',
    'Other settings, other seeds',
    h(
      'p',
      {},
      'This is one run. How long until it groks with more data, less weight decay, another modulus or another seed? ',
      h('code', {}, 'npm run sweep -- data-fraction'),
      ' trains many runs and shows them side by side, with the numbers of each, on ',
      fileLink('../sweeps/index.html', 'the page of sweeps'),
      '. That page exists once a sweep has run in this folder.',
    ),
  );
