// A table of loss and accuracy, untouched and touched: over the training pairs, the test pairs and all pairs.
import type { Scores } from '../../worker/score-messages.ts';
import { h } from '../parts/element.ts';
import { percent, short } from '../parts/numbers.ts';

const SETS = ['train', 'test', 'all'] as const;
const MEASURES = ['loss', 'accuracy'] as const;
const STATES = ['as it is', 'touched'] as const;

export interface ScoreTable {
  readonly element: HTMLElement;
  show(state: (typeof STATES)[number], scores: Scores): void;
}

/** `isSplit`: whether it is known which pairs the network was trained on. */
export function scoreTable(isSplit: boolean): ScoreTable {
  const sets = isSplit ? SETS : (['all'] as const);
  const cells = sets.map(() => MEASURES.map(() => STATES.map(() => h('td', {}, '…'))));
  const element = h(
    'table',
    { class: 'scores' },
    h('caption', {}, 'Over all pairs'),
    h(
      'thead',
      {},
      h('tr', {}, h('td'), ...MEASURES.map((name) => h('th', { scope: 'colgroup', colspan: 2 }, name))),
      h(
        'tr',
        {},
        h('td'),
        ...MEASURES.flatMap(() => STATES.map((state) => h('th', { scope: 'col' }, state))),
      ),
    ),
    h('tbody', {}, ...sets.map((set, s) => h('tr', {}, h('th', { scope: 'row' }, set), ...cells[s]!.flat()))),
  );
  const show: ScoreTable['show'] = (state, scores) =>
    sets.forEach((set, s) => {
      const score = scores[set];
      const texts = [short(score?.loss), score ? percent(score.accuracy) : '–'];
      texts.forEach((text, m) => (cells[s]![m]![STATES.indexOf(state)]!.textContent = text));
    });
  return { element, show };
}
