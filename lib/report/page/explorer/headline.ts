// What happened in this run, in numbers.
import { h } from '../parts/element.ts';
import { percent, short, whole } from '../parts/numbers.ts';
import type { Run } from './run.ts';

export function headline(run: Run): HTMLElement {
  const { config, task, summaries, made_by } = run.data;
  const { train } = summaries;
  const milestones = train && 'memorised_epoch' in train ? train : null;
  const settings = made_by['train']?.params ?? {};
  const { engine, arithmetic } = made_by['train']?.identity ?? {};
  const { p } = config;
  const tiles: [string, string, string][] = [];
  const reached = (epoch: number | null): string => (epoch === null ? 'not yet' : `epoch ${whole(epoch)}`);
  if (milestones)
    tiles.push(
      ['Memorised', reached(milestones.memorised_epoch), 'train accuracy reached 99 %'],
      ['Grokked', reached(milestones.grokked_epoch), 'test accuracy reached 99 %'],
    );
  const { test_accuracy = null, test_loss = null, train_loss = null, epochs = null } = train ?? {};
  if (test_accuracy !== null) tiles.push(['Test accuracy', percent(test_accuracy), 'on pairs it never saw']);
  if (test_loss !== null) tiles.push(['Test loss', short(test_loss), `train loss ${short(train_loss)}`]);
  tiles.push([
    'Key frequencies',
    run.keyFrequencies.join(', '),
    'that stand out in its map from neurons to answers',
  ]);
  const facts: [string, string][] = [
    [
      'task',
      `${words(task.operation)} modulo ${p}, ${percent(task.train_fraction)} of all pairs to train on`,
    ],
    ['network', `1 layer, ${config.n_heads} heads, ${config.d_model} dimensions, ${config.d_mlp} neurons`],
  ];
  const fact = (label: string, value: unknown): void => {
    if (value !== undefined && value !== null) facts.push([label, String(value)]);
  };
  fact('epochs', epochs === null ? null : whole(epochs));
  fact('seed of the weights', settings['seed']);
  fact('seed of the split', task.seed);
  fact('weight decay', settings['weight_decay']);
  fact('engine', arithmetic === undefined ? engine : `${engine}, ${arithmetic} multiply-adds`);
  return h(
    'section',
    { id: 'run', 'aria-labelledby': 'run-title' },
    h('h1', { id: 'run-title' }, `How a network learnt ${learnt(task.operation)} modulo ${p}`),
    h(
      'p',
      { class: 'lead' },
      story(run, milestones?.memorised_epoch ?? null, milestones?.grokked_epoch ?? null),
    ),
    h(
      'dl',
      { class: 'tiles' },
      ...tiles.map(([label, value, note]) =>
        h('div', {}, h('dt', {}, label), h('dd', {}, h('strong', {}, value), h('small', {}, note))),
      ),
    ),
    h(
      'dl',
      { class: 'facts' },
      ...facts.map(([label, value]) => h('div', {}, h('dt', {}, label), h('dd', {}, value))),
    ),
  );
}

const words = (operation: string): string =>
  ({ add: 'a + b', subtract: 'a − b', multiply: 'a · b', quadratic: 'a² + ab + b²' })[operation] ?? operation;

const learnt = (operation: string): string =>
  ({ add: 'to add', subtract: 'to subtract', multiply: 'to multiply' })[operation] ?? words(operation);

function story(run: Run, memorised: number | null, grokked: number | null): string {
  if (!run.data.history)
    return 'A trained network, taken apart: what it computes with, neuron by neuron and sum by sum.';
  if (memorised === null) return 'It has not memorised its training pairs yet; a longer run will.';
  if (grokked === null)
    return `By epoch ${whole(memorised)} it knew its training pairs by heart. It has not yet found the rule behind them.`;
  return (
    `By epoch ${whole(memorised)} it knew its training pairs by heart, and nothing else. Long after, by epoch ` +
    `${whole(grokked)}, it had found the rule${run.data.task.operation === 'add' ? ': it turns numbers into waves, and adds by turning circles' : ''}. ` +
    'Move the slider to watch it happen.'
  );
}
