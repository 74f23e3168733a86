// Shows a training while it runs. Asks the server for news once a second.
import { OPERATION_NAMES, OPERATIONS } from '../../../task/operations.ts';
import type { LiveTraining } from '../../../training/live.ts';
import { floatsOf } from '../parts/block.ts';
import { h } from '../parts/element.ts';
import { percent, short, whole } from '../parts/numbers.ts';
import { finish } from '../parts/finish.ts';
import { Learning } from '../lab/learning.ts';
import { pictures, type Pictures } from '../lab/pictures.ts';
import { duration } from '../lab/cost.ts';

const EVERY_MS = 1000;
/** A training that has shown nothing new for this long has probably been stopped or killed. */
const SILENT_S = 60;

type Answer = { readonly age: number; readonly live: LiveTraining } | null;

const title = h('h1', { id: 'live-title' }, 'Training');
const status = h('p', { class: 'lead', role: 'status' });
const tiles = ['Epoch', 'Train accuracy', 'Test accuracy', 'Test loss', 'Time left'].map((name) => {
  const [value, note] = [h('strong', {}, '–'), h('small', {})];
  return { value, note, element: h('div', {}, h('dt', {}, name), h('dd', {}, value, note)) };
});
const place = h('div', {});
const section = h(
  'section',
  { id: 'live', 'aria-labelledby': 'live-title' },
  title,
  status,
  h('dl', { class: 'tiles live' }, ...tiles.map(({ element }) => element)),
  place,
);
const main = document.querySelector('main')!;
main.replaceChildren(section);
finish(main);

let learning: Learning | null = null;
let shown: Pictures | null = null;

function say(...words: (Node | string)[]): void {
  const text = words.map((word) => (typeof word === 'string' ? word : word.textContent)).join('');
  if (status.textContent !== text) status.replaceChildren(...words);
}

function show({ live }: NonNullable<Answer>): void {
  const { config, task, epochs, total, history } = live;
  const operation = OPERATION_NAMES.find((name) => name === task.operation)!;
  const W_E = floatsOf(live.W_E);
  // A new training has begun if there are fewer epochs than before, or another p.
  if (learning === null || learning.epochs > epochs || learning.settings.p !== config.p) {
    learning = new Learning({ ...config, operation }, W_E);
    shown = pictures(learning);
    place.replaceChildren(shown.element);
  }
  learning.history.splice(0);
  learning.add(epochs, history, W_E);
  title.textContent = `A network learns ${OPERATIONS[operation].formula('a', 'b')} modulo ${config.p}`;
  const last = history.at(-1);
  const milestones = learning.milestones;
  const when = (epoch: number | null | undefined, what: string): string =>
    epoch === null || epoch === undefined ? '' : `${what} at epoch ${whole(epoch)}`;
  const each = live.seconds / Math.max(1, epochs - live.began_at);
  const texts: readonly (readonly [string, string])[] = [
    [whole(epochs), `of at most ${whole(total)}`],
    [last ? percent(last.train_accuracy) : '–', when(milestones?.memorised_epoch, 'memorised')],
    [last ? percent(last.test_accuracy) : '–', when(milestones?.grokked_epoch, 'grokked')],
    [short(last?.test_loss), `train loss ${short(last?.train_loss)}`],
    [
      epochs > live.began_at + 1 ? duration(1000 * each * (total - epochs)) : '–',
      `${short(1000 * each)} ms an epoch`,
    ],
  ];
  texts.forEach(([value, note], i) => {
    tiles[i]!.value.textContent = value;
    tiles[i]!.note.textContent = note;
  });
  section.dataset['epochs'] = String(epochs);
  shown!.draw();
}

/** The answer of the server; undefined if it does not answer. */
const ask = async (): Promise<Answer | undefined> => {
  try {
    return (await (await fetch('train.json')).json()) as Answer;
  } catch {
    return undefined;
  }
};

async function look(): Promise<void> {
  const answer = await ask();
  setTimeout(() => void look(), EVERY_MS);
  section.dataset['state'] = answer ? 'training' : answer === null ? 'none' : 'gone';
  if (answer === undefined) say('The server has ended; npm run report starts it again.');
  else if (answer === null)
    say(
      learning ? 'The training has ended. ' : 'No training is running in this folder now. ',
      h('a', { href: '../report/' }, 'The explorer'),
      ' opens once the stage report has run.',
    );
  else {
    show(answer);
    const isSilent = answer.age > SILENT_S;
    say(
      isSilent
        ? `Nothing new for ${duration(1000 * answer.age)}: the training may have been stopped.`
        : 'Training is running; this page follows it.',
    );
  }
}

void look();
