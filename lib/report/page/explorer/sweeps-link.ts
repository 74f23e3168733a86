// A link to the page of sweeps. Another command makes that page, at another time: this one depends on its stages alone
// and cannot know what is on it.
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
      ' trains many runs and puts them side by side, every run to be asked for its numbers, on ',
      fileLink('../sweeps/index.html', 'the page of sweeps'),
      ', which is there once a sweep has been run in this folder.',
    ),
  );
