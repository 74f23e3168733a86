// The section "Touch it": the reader turns parts of the network down, and the page recomputes everything that depends
// on them.
import { embeddingCircle } from '../../../measures/embedding-circle.ts';
import { viewWeights } from '../../../network/config.ts';
import { OPERATIONS } from '../../../task/operations.ts';
import { addressInSteps } from '../parts/address.ts';
import { circles } from '../parts/circles.ts';
import { h, section, source, type Child } from '../parts/element.ts';
import { whenSeen } from '../parts/when-seen.ts';
import { numberBox } from '../explorer/panel.ts';
import type { Store } from '../explorer/store.ts';
import { answer } from './answer.ts';
import { readKept, writeKept } from './kept.ts';
import { Network, type Kept, type Touchable } from './network.ts';
import { Scorer } from './scorer.ts';
import { onlyThese } from './only.ts';
import { scoreTable } from './scores.ts';
import { sliders } from './sliders.ts';

/** The page has room for this many circles: those of the strongest key frequencies. */
const MOST_CIRCLES = 6;
/** The list of "Only these" starts with this many frequencies, the strongest key ones. */
const FEW = 3;

/**
 * `which`: a sentence that says what network this is. The pair comes from the store. `gone`: aborts when the section is
 * removed.
 */
export function touch(of: Touchable, store: Store, which: string, gone?: AbortSignal): HTMLElement {
  const network = new Network(of);
  const { config, axis } = of;
  const { p } = config;
  const { b_from } = OPERATIONS[of.operation];
  let kept: Kept = new Map();
  let touched = of.weights;
  let embedding = network.embedding;
  const write = addressInSteps(gone);

  const table = scoreTable(of.isSplit);
  const given = answer(of);
  const note = h('p', { class: 'note', hidden: true });
  const turning = {
    n: axis.numbers.length,
    circle: (k: number) => embeddingCircle(embedding, k, network.embedding),
    numberAt: (index: number) => axis.numbers[index]!,
  };
  const shown = network.strongest(MOST_CIRCLES).filter((k) => 2 * k < turning.n);
  const small = circles(turning, shown.length);

  let scorer: Scorer | null = null;
  const fail = (why: string): void => {
    note.hidden = false;
    note.textContent = `Losses over all pairs cannot be computed here: ${why}.`;
    for (const state of ['as it is', 'touched'] as const)
      table.show(state, { train: null, test: null, all: null });
  };
  const score = (weights: Float32Array): void => {
    const of = [...kept].map((pair) => pair.join('=')).join('&');
    scorer?.score(weights, (scores) => {
      table.show('touched', scores);
      Object.assign(element.dataset, { of, scores: JSON.stringify(scores) });
    });
  };
  let waits = false;
  const compute = (): void => {
    waits = false;
    const flat = network.keep(kept);
    touched = viewWeights(config, flat);
    embedding = network.embeddingOf(touched);
    given.show(touched, store.choice.a, store.choice.b);
    small.draw(shown);
    score(flat);
  };
  const show = (next: Kept): void => {
    kept = next;
    dials.show(kept);
    if (waits) return;
    waits = true;
    requestAnimationFrame(compute);
  };
  const set = (next: Kept): void => {
    const named = network.short(next);
    writeKept(kept, named, write);
    show(named);
  };
  const dials = sliders(network, (name, share) => set(new Map([...kept, [name, share]])));

  /** Takes out all frequencies but these. Other parts keep their shares. */
  const only = (frequencies: readonly number[]): void => {
    const others = [...kept].filter(([name]) => !name.startsWith('W_E.'));
    const named = [...new Set([...(of.key ?? []), ...frequencies])];
    const shares = named.map((k): [string, number] => [`W_E.${k}`, frequencies.includes(k) ? 1 : 0]);
    set(new Map([...others, ...shares, ['W_E.others', 0]]));
  };
  const button = (label: string, click: () => void): HTMLButtonElement =>
    h('button', { type: 'button', click }, label);
  const buttons = [
    button('As it is', () => set(new Map())),
    ...(of.key === null || of.key.length === 0
      ? []
      : [
          button('Key frequencies alone', () => only(of.key!)),
          button('No key frequency', () => set(new Map(of.key!.map((k) => [`W_E.${k}`, 0])))),
        ]),
  ];
  const list = of.key === null ? [] : [onlyThese(network.strongest(FEW), network.highest, only)];
  const boxes = (['a', 'b'] as const).map((name) => {
    const box = numberBox(
      `touch-${name}`,
      name,
      { min: name === 'b' ? b_from : 0, max: p - 1, value: store.choice[name] },
      (n) => store.set({ [name]: n }),
    );
    return { name, ...box };
  });
  const circlesCard: Child[] =
    shown.length === 0
      ? []
      : [
          h(
            'div',
            { class: 'card' },
            h('h3', {}, 'Numbers on circles'),
            small.element,
            h('p', {}, 'The touched embedding, seen in the planes of the untouched one.'),
          ),
        ];
  const element = section(
    'touch',
    'Touch it',
    h(
      'p',
      {},
      `${which} Each slider sets the share of one part that is kept, from 1 (as it is) to 0 (taken out). The page then recomputes everything that depends on that part. `,
      source(
        `Parts set to zero as in Nanda et al. 2023${of.key === null ? '' : '; frequencies of the embedding as in GROKVERSE'}.`,
      ),
    ),
    h('div', { class: 'ask' }, ...buttons, ...list),
    h(
      'div',
      { class: 'touch' },
      h('div', { class: 'card touch-scores' }, table.element, note),
      dials.element,
      h(
        'div',
        { class: 'touch-follows' },
        h(
          'div',
          { class: 'card' },
          h('h3', {}, 'One pair'),
          h('div', { class: 'ask' }, ...boxes.map((box) => box.element)),
          given.element,
        ),
        ...circlesCard,
      ),
    ),
  );
  const begin = (): void => {
    scorer = new Scorer(of, fail);
    scorer.score(network.keep(new Map()), (scores) => table.show('as it is', scores));
    score(network.keep(kept));
  };
  whenSeen(element, begin, gone);
  small.draw(shown);
  show(readKept(network));
  addEventListener('hashchange', () => show(readKept(network)), { ...(gone && { signal: gone }) });
  gone?.addEventListener('abort', () => scorer?.close());
  store.follow(
    ['a', 'b'],
    ({ a, b }) => {
      for (const { name, input } of boxes)
        if (document.activeElement !== input) input.value = String({ a, b }[name]);
      given.show(touched, a, b);
    },
    element,
  );
  return element;
}
