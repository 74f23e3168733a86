// The outcomes of both runs: a story and a table of numbers.
import { OPERATIONS } from '../../../task/operations.ts';
import { claimsAt } from '../../claims.ts';
import type { Run } from '../explorer/run.ts';
import { h, table } from '../parts/element.ts';
import { percent, short, whole } from '../parts/numbers.ts';
import { namesOf, type Pair } from './pair.ts';

const ROWS: Readonly<Record<string, (run: Run) => string>> = {
  p: ({ facts }) => String(facts.p),
  'train accuracy 99 %': ({ facts }) => epoch(facts.memorised),
  'test accuracy 99 %': ({ facts }) => epoch(facts.grokked),
  epochs: ({ facts }) => (facts.epochs === null ? '–' : whole(facts.epochs)),
  'train loss': ({ data }) => short(data.summaries.train?.train_loss),
  'test loss': ({ data }) => short(data.summaries.train?.test_loss),
  'test accuracy': ({ facts }) => (facts.test_accuracy === null ? '–' : percent(facts.test_accuracy)),
  'is it a clock': ({ facts }) => facts.clock ?? '–',
  'key frequencies': ({ facts }) => facts.key?.join(', ') ?? '–',
};

const epoch = (at: number | null): string => (at === null ? '–' : `epoch ${whole(at)}`);

// The story is told without states, so that it does not mention the slider, which this page does not have.
export function outcomes(pair: Pair): HTMLElement {
  const { learnt } = OPERATIONS[pair[0].run.facts.operation];
  return h(
    'section',
    { id: 'outcomes', 'aria-labelledby': 'outcomes-title' },
    h('h1', { id: 'outcomes-title' }, `Two networks asked ${learnt}`),
    namesOf(pair),
    h(
      'div',
      { class: 'two' },
      ...pair.map(({ name, run }) =>
        h(
          'div',
          { class: 'card' },
          h('h3', {}, name),
          h('p', {}, claimsAt('story', { ...run.facts, states: [] })),
        ),
      ),
    ),
    table(
      ['', ...pair.map(({ name }) => name)],
      Object.entries(ROWS).map(([label, value]) => [label, ...pair.map(({ run }) => value(run))]),
    ),
  );
}
