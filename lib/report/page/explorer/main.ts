// The explorer: reads the data in the page, makes the sections and connects them with the slider.
import type { ReportData } from '../../data.ts';
import { textBlock } from '../parts/block.ts';
import { h, part } from '../parts/element.ts';
import { whole } from '../parts/numbers.ts';
import { finish } from '../parts/finish.ts';
import { makeOthers } from '../parts/when-seen.ts';
import { neuronsOf, sumOf } from './asked.ts';
import { makeAhead } from './ahead.ts';
import { keepInAddress, moveByKeys, readChoice } from './address.ts';
import { curves } from './curves.ts';
import { explorer } from './explorer.ts';
import { figures } from './figures.ts';
import { firstChoice } from './first-choice.ts';
import { headline } from './headline.ts';
import { measures } from './measures.ts';
import { provenance } from './provenance.ts';
import { Run } from './run.ts';
import { slider } from './slider.ts';
import { Store } from './store.ts';
import { verdict } from './verdict.ts';
import { touch } from '../touch/touch.ts';
import { touchableOf } from './touchable.ts';
import { sweepsLink } from './sweeps-link.ts';

const run = new Run(JSON.parse(textBlock('data')) as ReportData);
const choice = { ...firstChoice(run), ...readChoice(run) };

/** Says which network "Touch it" shows: it does not follow the slider. */
function lastOf({ facts, epochs }: Run): string {
  if (facts.origin === 'taken') return 'This is the network as it came.';
  return `This is the network at the end, after ${whole(facts.epochs ?? epochs.at(-1)! + 1)} epochs.`;
}

const LINKS: Readonly<Record<string, string>> = {
  verdict: 'Clock?',
  curves: 'Curves',
  explorer: 'Explorer',
  measures: 'Measures',
  neurons: 'Neurons',
  sum: 'Ask it',
  touch: 'Touch it',
  figures: 'Figures',
  sweeps: 'Sweeps',
  provenance: 'Provenance',
};
async function show(): Promise<void> {
  await run.unpackNearest(run.epochs.length - 1);
  await run.unpackNearest(choice.frame);
  const store = new Store(choice, (frame) => run.snapshotOf(frame));
  const main = document.querySelector('main')!;
  main.replaceChildren(...sectionsOf(store));
  document.querySelector('nav')!.append(
    ...Object.entries(LINKS)
      .filter(([id]) => main.querySelector(`#${id}`))
      .map(([id, name]) => h('a', { href: `#${id}` }, name)),
  );
  finish(main);
  keepInAddress(run, store);
  moveByKeys(run, store);
  await run.unpackOthers(() => store.refresh());
  makeAhead(run, store);
  await makeOthers();
}

function sectionsOf(store: Store): HTMLElement[] {
  /** Sections that follow the slider. It stays at the foot of the window while one of them is in sight. */
  const moving = [
    part('curves', () => curves(run, store)),
    part('the explorer', () => explorer(run, store)),
    part('measures', () => measures(run, store)),
    part('neurons', () => neuronsOf(run, store)),
    part('the sum', () => sumOf(run, store)),
  ];
  const asked = part('the verdict', () => verdict(run));
  return [
    part('the headline', () => headline(run)),
    ...(asked ? [asked] : []),
    h(
      'div',
      { class: 'moving' },
      ...moving.filter((each) => each !== null),
      part('the slider', () => slider(run, store)) ?? '',
    ),
    part('touch it', () => touch(touchableOf(run), store, lastOf(run))),
    part('figures', () => figures(run)),
    sweepsLink(),
    part('provenance', () => provenance(run)),
  ];
}

void show();
