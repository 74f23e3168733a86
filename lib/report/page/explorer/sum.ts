// The section "Ask it": the reader asks the network a sum, or whatever it has learnt. The page runs the prompt `a b =` with
// the weights of the slider's epoch.
import { padDomain, type FrameOptions } from '../../../charts/frame.ts';
import { INK, MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import type { ModelConfig } from '../../../network/config.ts';
import { softmax, type PairRun } from '../../../network/forward.ts';
import { largestClass } from '../../../network/loss.ts';
import { frequencyComponents } from '../../../numerics/fourier-basis.ts';
import type { NumberAxis } from '../../../task/number-axis.ts';
import { OPERATIONS, type Operation } from '../../../task/operations.ts';
import { chart, Plot, type Chart } from '../parts/chart.ts';
import { h, section, source } from '../parts/element.ts';
import { givenAnswer } from '../parts/given-answer.ts';
import { namedTicks } from '../parts/named-ticks.ts';
import { short } from '../parts/numbers.ts';
import { drawSoon } from '../parts/soon.ts';
import { numberBox } from './panel.ts';
import type { Choice, Store } from './store.ts';
import { largestWaves } from './waves.ts';

const POSITIONS = ['a', 'b', '='];
/** At most this many waves are drawn, those that are largest for the first pair. Their sum is always of all waves. */
const MOST_WAVES = 8;

/** A network that can be asked. */
export interface Askable {
  readonly config: ModelConfig;
  readonly operation: Operation;
  readonly axis: NumberAxis;
  /** Empty if there are none: then no waves are drawn. */
  readonly keyFrequencies: readonly number[];
  /** What the page says about it. */
  readonly words: string;
  pair(choice: Choice): PairRun;
  /** To end a sentence: `at epoch 10,600`. */
  when(choice: Choice): string;
  /** Null if that is not known. */
  isTrained(a: number, b: number): boolean | null;
}

/** What the network computes for one pair. */
function ask(run: Askable, choice: Choice) {
  const { a, b } = choice;
  const { pattern, logits: row } = run.pair(choice);
  const logits = row.data;
  const answer = largestClass(logits);
  const right = OPERATIONS[run.operation].label(a, b, run.config.p);
  const mean = logits.reduce((sum, x) => sum + x, 0) / logits.length;
  const inOrder = Float64Array.from(run.axis.numbers, (c) => logits[c]!);
  const waves = frequencyComponents(inOrder, run.keyFrequencies);
  return { pattern, logits: logits.map((x) => x - mean), answer, right, waves, shares: softmax([...logits]) };
}

export function sum(run: Askable, store: Store): HTMLElement {
  const { p, n_heads } = run.config;
  const { b_from, result, formula } = OPERATIONS[run.operation];
  const { axis } = run;
  let asked = ask(run, store.choice);
  const [boxA, boxB] = (['a', 'b'] as const).map((name) =>
    numberBox(
      `sum-${name}`,
      name,
      { min: name === 'b' ? b_from : 0, max: p - 1, value: store.choice[name] },
      (n) => store.set({ [name]: n }),
    ),
  ) as [ReturnType<typeof numberBox>, ReturnType<typeof numberBox>];
  const random = h(
    'button',
    {
      type: 'button',
      click: () =>
        store.set({ a: Math.floor(Math.random() * p), b: b_from + Math.floor(Math.random() * (p - b_from)) }),
    },
    'another pair',
  );
  const verdict = h('p', { class: 'verdict', role: 'status' });
  const agreement = h('p', { role: 'status' });
  const cells = Array.from({ length: n_heads }, () => POSITIONS.map(() => h('td')));
  const attention = h(
    'table',
    { class: 'attention' },
    h('caption', {}, 'Attention from ='),
    h('thead', {}, h('tr', {}, h('td'), ...POSITIONS.map((name) => h('th', { scope: 'col' }, name)))),
    h(
      'tbody',
      {},
      ...cells.map((row, head) => h('tr', {}, h('th', { scope: 'row' }, `head ${head}`), ...row)),
    ),
  );
  // In the order of the axis.
  const total = (): Float64Array =>
    Float64Array.from(axis.numbers, (_, i) => asked.waves.reduce((sum, wave) => sum + wave[i]!, 0));
  const places = Array.from(axis.numbers.keys());
  // All answers; those outside the group, which no wave reaches, come last.
  const all = [
    ...axis.numbers,
    ...Array.from({ length: p }, (_, c) => c).filter((c) => !axis.numbers.includes(c)),
  ];
  const x = (length: number): FrameOptions['x'] => ({
    label: `answer ${axis.label('c')}`,
    domain: [-0.5, length - 0.5],
    counted: true,
    ...(axis.isNamed && { ticks: namedTicks(all.slice(0, length)) }),
  });
  const drawn = largestWaves(asked.waves, MOST_WAVES);
  const right = (): number => all.indexOf(asked.right);
  /** A wave, or the sum of all waves, over the answers. Dots mark the answers: between them a wave has no value. */
  const row = (describe: () => string, values: () => Float64Array, colour: string, isLast: boolean): Chart =>
    chart(isLast ? 110 : 64, describe, () => {
      const now = values();
      const shown = isLast ? Array.from(now) : asked.waves.flatMap((wave) => Array.from(wave));
      const most = Number(Math.max(...shown.map(Math.abs)).toPrecision(2));
      const ticks = [-most, 0, most].map((at) => ({ at, name: short(at) }));
      return {
        frame: {
          x: isLast ? x(places.length) : { ...x(places.length), label: '', ticks: [] },
          y: {
            label: isLast ? 'logit' : '',
            domain: padDomain([...shown, -most, most]),
            ...(most > 0 && { ticks }),
          },
          marks:
            right() < places.length
              ? [{ x: right(), label: isLast ? `right answer ${asked.right}` : '' }]
              : [],
        },
        at: (place) => `answer ${axis.numbers[place]!}`,
        marks: [
          Plot.line(places, {
            x: (i: number) => i,
            y: (i: number) => now[i]!,
            stroke: colour,
            strokeOpacity: 0.35,
            ariaDescription: 'wave',
          }),
          Plot.dot(places, {
            x: (i: number) => i,
            y: (i: number) => now[i]!,
            fill: colour,
            r: places.length > 60 ? 1.8 : 2.5,
            ariaDescription: 'answers',
            channels: { reading: (i: number) => short(now[i]) },
          }),
        ],
      };
    });
  const waves = [
    ...drawn.map((wave, i) =>
      row(
        () => `Wave of frequency ${run.keyFrequencies[wave]!} over the answers`,
        () => asked.waves[wave]!,
        SERIES_COLOURS[i]!,
        false,
      ),
    ),
    row(
      () => `Sum of the waves over the answers; it is largest at ${axis.numbers[largestClass(total())]!}`,
      total,
      INK,
      true,
    ),
  ];
  const count = run.keyFrequencies.length;
  const sumOfAll = drawn.length < count ? `sum of all ${count}` : 'their sum';
  const rows = waves.map(({ element }, i) =>
    h(
      'div',
      { class: i < drawn.length ? 'wave' : 'wave last' },
      h('small', {}, i < drawn.length ? `k = ${run.keyFrequencies[drawn[i]!]!}` : sumOfAll),
      element,
    ),
  );
  const logits = chart(
    190,
    () => `Logits over the answers; the largest is that of ${asked.answer}`,
    () => ({
      frame: {
        x: x(p),
        y: { label: 'logit', domain: padDomain([...asked.logits, 0]) },
      },
      at: (place) => `answer ${all[place]!}`,
      marks: [
        Plot.rect(all, {
          x1: (_: number, place: number) => place - 0.4,
          x2: (_: number, place: number) => place + 0.4,
          y1: (c: number) => Math.min(0, asked.logits[c]!),
          y2: (c: number) => Math.max(0, asked.logits[c]!),
          fill: (c: number) =>
            c === asked.right ? SERIES_COLOURS[2] : c === asked.answer ? SERIES_COLOURS[1] : MUTED,
          channels: { reading: (c: number) => short(asked.logits[c]) },
          ariaDescription: 'logits',
        }),
      ],
    }),
  );
  const element = section(
    'sum',
    `Ask it ${result}`,
    h(
      'p',
      {},
      `The whole network runs here, in this page, on the pair you choose. ${run.words} `,
      source(
        `Forward pass as TransformerLens’${waves.length > 1 ? '; waves: Fourier components of the logits over c; Nanda et al. 2023, section 4' : ''}.`,
      ),
    ),
    h('div', { class: 'ask' }, boxA.element, boxB.element, random, verdict),
    h(
      'div',
      { class: 'two wide' },
      ...(run.keyFrequencies.length === 0
        ? []
        : [
            h(
              'div',
              { class: 'card' },
              h(
                'h3',
                {},
                drawn.length < count
                  ? `The ${MOST_WAVES} largest waves of ${count} key frequencies`
                  : 'Waves of the key frequencies',
              ),
              ...rows,
              agreement,
            ),
          ]),
      h('div', { class: 'card' }, h('h3', {}, 'Logits'), logits.element, attention),
    ),
  );
  const answer = (choice: Choice): void => {
    asked = ask(run, choice);
    const { a, b } = choice;
    if (document.activeElement !== boxA.input) boxA.input.value = String(a);
    if (document.activeElement !== boxB.input) boxB.input.value = String(b);
    asked.pattern.data.forEach((x, i) => {
      const cell = cells[Math.floor(i / 3)]![i % 3]!;
      cell.textContent = x.toFixed(2);
      cell.style.setProperty('--share', String(x));
    });
    const isTrained = run.isTrained(a, b);
    verdict.replaceChildren(
      ...givenAnswer(formula(a, b), asked.answer, asked.right, asked.shares[asked.answer]!),
      `, ${run.when(choice)}. `,
      isTrained === null ? '' : isTrained ? 'It was trained on this pair.' : 'It has never seen this pair.',
    );
    agreement.textContent = `The sum of all waves is largest at ${axis.numbers[largestClass(total())]!}; the right answer is ${asked.right}${axis.numbers.includes(asked.right) ? '' : ', which no wave reaches, as it is not in the group'}.`;
    Object.assign(element.dataset, {
      answer: asked.answer,
      right: asked.right,
      logits: JSON.stringify(Array.from(asked.logits)),
    });
    for (const each of [logits, ...waves]) if (each.element.isConnected) drawSoon(each, each.draw);
  };
  store.follow(['snapshot', 'a', 'b'], answer, element);
  return element;
}
