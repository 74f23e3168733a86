// The lab: trains a network of the reader's choice in this page, with the project's own kernel.
import { viewWeights } from '../../../network/config.ts';
import { modelPieces } from '../../../network/saved-model.ts';
import type { FromWorker, Settings } from '../../worker/messages.ts';
import { saveFile } from '../parts/save-file.ts';
import { readAddress, writeAddress } from '../parts/address.ts';
import { h } from '../parts/element.ts';
import { percent, short, whole } from '../parts/numbers.ts';
import { makeOthers } from '../parts/when-seen.ts';
import { describeCost } from './cost.ts';
import { settingsForm } from './form.ts';
import { Learning } from './learning.ts';
import { looked } from './looked.ts';
import { pictures, type Pictures } from './pictures.ts';
import { paramsOf, pipelineLine, readSettings } from './settings.ts';
import { Trainer } from './trainer.ts';

type Phase = 'preparing' | 'ready' | 'running' | 'paused' | 'failed';

/** Training pauses at this epoch unless told otherwise: the pipeline's default `train.epochs`. */
const EPOCHS = 25_000;
/** After a change of the settings, waits this long for another one before it makes the network. */
const REST_MS = 300;
/** Drawing may take at most this share of the page's time. */
const DRAWN_SHARE = 0.25;

const ENGINES = {
  fused: 'fused multiply-adds (WebAssembly with relaxed SIMD)',
  separate: 'separate multiply and add (WebAssembly with SIMD)',
} as const;

/** `heading` must contain an element with the id lab-title. */
export function lab(...heading: readonly HTMLElement[]): HTMLElement {
  let settings: Settings = readSettings(readAddress());
  /** Whether weight decay was changed during training: then no command of the pipeline trains this network. */
  let isChanged = false;
  let phase: Phase = 'preparing';
  let arithmetic: keyof typeof ENGINES | null = null;
  let epoch_ms = 0;
  let learning: Learning | null = null;
  let shown: Pictures | null = null;

  let gone = new AbortController();

  const place = h('div', { class: 'lab-pictures' });
  const touched = h('div', {});
  const status = h('p', { class: 'status', role: 'status' });
  const line = h('code', {});
  const say = (...words: (Node | string)[]): void => status.replaceChildren(...words);

  const begin = (): void => {
    leave();
    phase = 'preparing';
    say('Making the network …');
    update();
    trainer.open(settings);
  };
  const until = h('input', {
    id: 'lab-until',
    type: 'number',
    min: 1,
    step: 1,
    value: EPOCHS,
    inputmode: 'numeric',
  });
  let rest: ReturnType<typeof setTimeout> | undefined;
  const form = settingsForm(settings, until, (changed, name) => {
    settings = changed;
    if (name === 'weight_decay' && learning && learning.epochs > 0) {
      isChanged = true;
      trainer.setWeightDecay(changed.weight_decay);
      say(`Weight decay is ${short(changed.weight_decay)} from epoch ${whole(learning.epochs)} on.`);
      return update();
    }
    writeAddress(paramsOf(settings));
    phase = 'preparing';
    update();
    clearTimeout(rest);
    rest = setTimeout(begin, REST_MS);
  });

  // After the fields themselves, which say whether their value is fine.
  for (const event of ['input', 'change']) form.element.addEventListener(event, () => update());

  /** Removes the sections about the trained network, which go out of date as soon as it changes. */
  const leave = (): void => {
    gone.abort();
    gone = new AbortController();
    touched.replaceChildren();
  };
  const train = (until: number): void => {
    leave();
    phase = 'running';
    say('');
    update();
    trainer.train(until);
  };
  const button = (label: string, click: () => void): HTMLButtonElement =>
    h('button', { type: 'button', click }, label);
  const go = button('Start', () => (phase === 'running' ? trainer.pause() : train(goal())));
  go.classList.add('first');
  const one = button('One epoch', () => train(learning!.epochs + 1));
  const save = button('Save weights', () => trainer.askForWeights());
  const look = button('Look inside', () => trainer.look());
  const again = button('Reset', () => {
    isChanged = false;
    begin();
  });
  const goal = (): number => {
    const asked = Number(until.value);
    const done = learning?.epochs ?? 0;
    return Number.isInteger(asked) && asked > done ? asked : done + EPOCHS;
  };
  const tiles = ['Epoch', 'Train accuracy', 'Test accuracy', 'Test loss', 'An epoch takes'].map((name) => {
    const value = h('strong', {}, '–');
    const note = h('small', {});
    return { value, note, element: h('div', {}, h('dt', {}, name), h('dd', {}, value, note)) };
  });
  const tell = (tile: number, value: string, note = ''): void => {
    tiles[tile]!.value.textContent = value;
    tiles[tile]!.note.textContent = note;
  };

  const element = h(
    'section',
    { id: 'lab', 'aria-labelledby': 'lab-title' },
    ...heading,
    form.element,
    status,
    h('dl', { class: 'tiles live' }, ...tiles.map((tile) => tile.element)),
    place,
    h('div', { class: 'actions', role: 'group', 'aria-label': 'Training' }, go, one, again, save, look),
    h(
      'p',
      { class: 'same' },
      'This command trains the same network in the pipeline, bit for bit if the arithmetic is the same: ',
      line,
    ),
    touched,
  );

  /** Brings texts and buttons up to date. */
  function update(): void {
    const epochs = learning?.epochs ?? 0;
    const isReady = phase === 'ready' || phase === 'paused' || phase === 'running';
    go.textContent = phase === 'running' ? 'Pause' : epochs > 0 ? 'Go on' : 'Start';
    go.disabled = !isReady || (phase !== 'running' && !form.isFine());
    one.disabled = (phase !== 'ready' && phase !== 'paused') || !form.isFine();
    again.disabled = epochs === 0;
    save.disabled = !isReady;
    look.disabled = phase !== 'ready' && phase !== 'paused';
    form.setOpen(phase !== 'running' && (phase !== 'paused' || epochs === 0));
    const command = isChanged
      ? 'there is none, because the weight decay was changed during training'
      : pipelineLine(settings, epochs > 0 ? epochs : goal());
    if (line.textContent !== command)
      line.replaceChildren(...command.split(/(?<= )/).map((word) => h('span', { class: 'word' }, word)));
    element.dataset['phase'] = phase;
    element.dataset['epochs'] = String(epochs);
    const last = learning?.history.at(-1);
    const milestones = learning?.milestones ?? null;
    const when = (epoch: number | null | undefined, what: string): string =>
      epoch === null || epoch === undefined ? '' : `${what} at epoch ${whole(epoch)}`;
    tell(0, whole(epochs), arithmetic ? `${arithmetic} multiply-adds` : '');
    tell(1, last ? percent(last.train_accuracy) : '–', when(milestones?.memorised_epoch, 'memorised'));
    tell(2, last ? percent(last.test_accuracy) : '–', when(milestones?.grokked_epoch, 'grokked'));
    tell(3, last ? short(last.test_loss) : '–', last ? `train loss ${short(last.train_loss)}` : '');
    tell(4, epoch_ms > 0 ? `${short(epoch_ms)} ms` : '–', 'on one thread');
  }

  let waits = false;
  let free = 0;
  /**
   * Draws at the next repaint of the screen, or later if drawing has just taken long, so that the page stays
   * responsive.
   */
  function redraw(): void {
    if (waits) return;
    waits = true;
    const wait = Math.max(0, free - performance.now());
    setTimeout(
      () =>
        requestAnimationFrame(() => {
          waits = false;
          const start = performance.now();
          shown?.draw();
          update();
          free = performance.now() + (performance.now() - start) * (1 / DRAWN_SHARE - 1);
        }),
      wait,
    );
  }

  function hear(message: FromWorker): void {
    switch (message.tell) {
      case 'loaded':
        arithmetic = message.arithmetic;
        element.dataset['arithmetic'] = arithmetic;
        return;
      case 'opened':
        phase = 'ready';
        epoch_ms = message.epoch_ms;
        learning = new Learning(settings, message.W_E);
        shown = pictures(learning);
        place.replaceChildren(shown.element);
        say(
          `${whole(message.train_pairs)} pairs to learn from, and ${whole(message.test_pairs)} that it will never see. `,
          describeCost(settings, epoch_ms),
          ` Arithmetic: ${ENGINES[arithmetic!]}.`,
        );
        return redraw();
      case 'trained': {
        const before = learning!.milestones;
        learning!.add(message.epochs, message.records, message.W_E);
        epoch_ms = message.epoch_ms;
        announce(before, learning!.milestones);
        if (!message.is_running) phase = 'paused';
        return redraw();
      }
      case 'looked': {
        if (phase !== 'ready' && phase !== 'paused') return;
        leave();
        touched.append(...looked(settings, learning!.history, message, gone.signal));
        touched.scrollIntoView();
        void makeOthers();
        return;
      }
      case 'weights':
        return saveFile(
          `${nameOf(settings)}-epochs${message.epochs}.safetensors`,
          new Blob(modelPieces(settings, viewWeights(settings, message.weights))),
        );
      case 'failed':
        phase = 'failed';
        say(`It cannot go on: ${message.why}.`);
        return update();
    }
  }

  function announce(before: Learning['milestones'], after: Learning['milestones']): void {
    const has = (name: 'memorised_epoch' | 'grokked_epoch'): boolean =>
      (before?.[name] ?? null) === null && (after?.[name] ?? null) !== null;
    if (has('grokked_epoch')) say(`Grokked at epoch ${whole(after!.grokked_epoch!)}: it has found the rule.`);
    else if (has('memorised_epoch'))
      say(`Memorised at epoch ${whole(after!.memorised_epoch!)}: it knows its training pairs by heart.`);
  }

  const trainer = new Trainer(hear);
  trainer.open(settings);
  update();
  return element;
}

const nameOf = ({ operation, p }: Settings): string => `${operation}-p${p}`;
