// The top of the page: what happened in this run, in a sentence and in numbers.
import { KEY_RULE } from '../../../measures/key-frequencies.ts';
import { OPERATIONS } from '../../../task/operations.ts';
import { claimsAt } from '../../claims.ts';
import { h } from '../parts/element.ts';
import { percent, short, whole } from '../parts/numbers.ts';
import type { Run } from './run.ts';

export function headline(run: Run): HTMLElement {
  const { facts } = run;
  return h(
    'section',
    { id: 'run', 'aria-labelledby': 'run-title' },
    h('h1', { id: 'run-title' }, claimsAt('title', facts)),
    h('p', { class: 'lead' }, claimsAt('story', facts)),
    h(
      'dl',
      { class: 'tiles' },
      ...tilesOf(run).map(([label, value, note]) =>
        h('div', {}, h('dt', {}, label), h('dd', {}, h('strong', {}, value), h('small', {}, note))),
      ),
    ),
    h(
      'dl',
      { class: 'facts' },
      ...factsOf(run).map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))),
    ),
  );
}

/** For each tile its label, its value and a note on the value. */
function tilesOf({ facts, data, axis }: Run): [string, string, string][] {
  const { history, memorised, grokked, key, not_measured, test_accuracy, unsplit } = facts;
  const { test_loss = null, train_loss = null } = data.summaries.train ?? {};
  const tiles: [string, string, string][] = [];
  const reached = (epoch: number | null): string =>
    epoch === null ? 'not reached' : `epoch ${whole(epoch)}`;
  if (history === 'whole')
    tiles.push(
      ['Memorised', reached(memorised), 'train accuracy of 99 %'],
      ['Grokked', reached(grokked), 'test accuracy of 99 %'],
    );
  if (test_accuracy !== null)
    tiles.push(['Test accuracy', percent(test_accuracy), claimsAt('test_accuracy', facts)]);
  if (test_loss !== null) tiles.push(['Test loss', short(test_loss), `train loss ${short(train_loss)}`]);
  if (unsplit?.accuracy !== undefined && unsplit.accuracy !== null)
    tiles.push(['Accuracy', percent(unsplit.accuracy), 'on all pairs']);
  if (unsplit) tiles.push(['Loss', short(unsplit.loss), 'on all pairs']);
  if (key)
    tiles.push([
      'Key frequencies',
      listed(key, axis.numbers.length >> 1),
      `${facts.explained === null ? '' : `${percent(facts.explained)} of the logits’ squared norm; `}${KEY_RULE}`,
    ]);
  else if (not_measured !== null) tiles.push(['Key frequencies', 'none', not_measured]);
  return tiles;
}

/** A list that fits in a tile; otherwise how many of `of` there are. */
const listed = (key: readonly number[], of: number): string =>
  key.length > 8 ? `${key.length} of ${of}` : key.join(', ');

/** The settings of the run, without those that did not matter for it. */
function factsOf({ facts, data }: Run): [string, string][] {
  const { config, task, made_by } = data;
  const { params = {}, identity = {} } = made_by['train'] ?? {};
  const { train } = data.summaries;
  const isBiased = train !== undefined && 'biases' in train && train.biases;
  const { formula, group } = OPERATIONS[facts.operation];
  const of = group(facts.p);
  const found: [string, string][] = [
    ['task', `${formula('a', 'b')} modulo ${facts.p}`],
    [
      'network',
      `1 layer, ${config.n_heads} heads, ${config.d_model - Number(isBiased)} dimensions, ${config.d_mlp} neurons${isBiased ? ', with biases' : ''}`,
    ],
  ];
  const fact = (label: string, value: unknown): void => {
    if (value !== undefined && value !== null && value !== '') found.push([label, String(value)]);
  };
  if (of.n !== null && facts.operation !== 'add')
    fact(
      'measured as',
      of.g === undefined
        ? `addition modulo ${of.n}`
        : `addition of logarithms modulo ${of.n}: ${of.words.note}`,
    );
  const split = facts.unsplit
    ? 'not known'
    : `${percent(task.train_fraction)} of all pairs, seed ${task.seed}`;
  const engine =
    identity['engine'] &&
    [identity['engine'], identity['arithmetic'] && `${identity['arithmetic']} multiply-adds`]
      .filter(Boolean)
      .join(', ');
  const from = params['pretrained'] ?? params['start'];
  if (facts.origin === 'taken') {
    fact('origin', `trained elsewhere, taken as it is${typeof from === 'string' ? ` from ${from}` : ''}`);
    fact('epochs of its history', facts.epochs === null ? null : whole(facts.epochs));
    fact(facts.unsplit ? 'train pairs' : 'train pairs of the split it is measured on', split);
    fact('losses by', engine);
    return found;
  }
  fact('train pairs', split);
  fact('epochs', facts.epochs === null ? null : whole(facts.epochs));
  if (facts.origin === 'drawn') fact('seed of the weights', params['seed']);
  else fact('began with', from);
  fact('weight decay', params['weight_decay']);
  fact('engine', engine);
  return found;
}
