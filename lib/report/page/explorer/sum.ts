// Ask the network a sum: the page runs the prompt `a b =` with the weights of the slider's epoch.
import { padDomain } from '../../../charts/frame.ts';
import { INK, MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import { softmax } from '../../../network/forward.ts';
import { largestClass } from '../../../network/loss.ts';
import { frequencyComponents } from '../../../numerics/fourier-basis.ts';
import { OPERATIONS, type Operation } from '../../../task/operations.ts';
import { chart, legend, Plot } from '../parts/chart.ts';
import { h, section, source } from '../parts/element.ts';
import { percent, whole } from '../parts/numbers.ts';
import { numberBox } from './panel.ts';
import type { Run } from './run.ts';
import type { Choice, Store } from './store.ts';

const SIGNS: Readonly<Record<string, string>> = { add: '+', subtract: '−', multiply: '·' };
const POSITIONS = ['a', 'b', '='];

/** What the network computes for one pair. */
function ask(run: Run, { snapshot, a, b }: Choice) {
  const { pattern, logits: row } = run.pair(snapshot, a, b);
  const logits = row.data;
  const answer = largestClass(logits);
  const right = OPERATIONS[run.data.task.operation as Operation].label(a, b, run.data.config.p);
  const mean = logits.reduce((sum, x) => sum + x, 0) / logits.length;
  const waves = frequencyComponents(logits, run.keyFrequencies);
  return { pattern, logits: logits.map((x) => x - mean), answer, right, waves, shares: softmax([...logits]) };
}

export function sum(run: Run, store: Store): HTMLElement {
  const { p, n_heads } = run.data.config;
  const { b_from } = OPERATIONS[run.data.task.operation as Operation];
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
  const total = (): Float64Array =>
    asked.logits.map((_, c) => asked.waves.reduce((sum, wave) => sum + wave[c]!, 0));
  const answers = Array.from({ length: p }, (_, c) => c);
  const colours = run.keyFrequencies.map((_, i) => SERIES_COLOURS[i % SERIES_COLOURS.length]!);
  const waves = chart(
    230,
    () => `Waves of the key frequencies over the answers; they add up to a peak at ${largestClass(total())}`,
    () => ({
      frame: {
        x: { label: 'answer c', domain: [-0.5, p - 0.5], counted: true },
        y: {
          label: 'logit',
          domain: padDomain([...asked.logits, ...asked.waves.flatMap((wave) => Array.from(wave))]),
        },
        marks: [{ x: asked.right, label: `right answer ${asked.right}` }],
      },
      marks: [
        ...asked.waves.map((wave, i) =>
          Plot.line(answers, {
            x: (c: number) => c,
            y: (c: number) => wave[c]!,
            stroke: colours[i]!,
            strokeOpacity: 0.8,
          }),
        ),
        Plot.line(answers, {
          x: (c: number) => c,
          y: (c: number) => total()[c]!,
          stroke: INK,
          strokeWidth: 2.2,
        }),
      ],
    }),
  );
  const logits = chart(
    190,
    () => `Logits over the answers; the largest is that of ${asked.answer}`,
    () => ({
      frame: {
        x: { label: 'answer c', domain: [-0.5, p - 0.5], counted: true },
        y: { label: 'logit', domain: padDomain([...asked.logits, 0]) },
      },
      marks: [
        Plot.rect(answers, {
          x1: (c: number) => c - 0.4,
          x2: (c: number) => c + 0.4,
          y1: (c: number) => Math.min(0, asked.logits[c]!),
          y2: (c: number) => Math.max(0, asked.logits[c]!),
          fill: (c: number) =>
            c === asked.right ? SERIES_COLOURS[2] : c === asked.answer ? SERIES_COLOURS[1] : MUTED,
          ariaDescription: 'logits',
        }),
      ],
    }),
  );
  const element = section(
    'sum',
    'Ask it a sum',
    h(
      'p',
      {},
      'The whole network runs here, in this page, on the pair you choose. Each key frequency gives every candidate answer a push; the pushes are waves that agree at one place only. ',
      source(
        'Forward pass as TransformerLens’; waves: Fourier components of the logits over c; Nanda et al. 2023, section 4.',
      ),
    ),
    h('div', { class: 'ask' }, boxA.element, boxB.element, random, verdict),
    h(
      'div',
      { class: 'two wide' },
      h(
        'div',
        { class: 'card' },
        h('h3', {}, 'Waves that agree'),
        legend([
          ...run.keyFrequencies.map((k, i) => ({ name: `k = ${k}`, colour: colours[i]! })),
          { name: 'their sum', colour: INK },
        ]),
        waves.element,
      ),
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
    const isRight = asked.answer === asked.right;
    const epoch = run.data.snapshots[choice.snapshot]!;
    verdict.replaceChildren(
      h('strong', { class: isRight ? 'right' : 'wrong' }, `${formula(run, a, b)} = ${asked.answer}`),
      ` ${isRight ? 'Right' : `Wrong: it is ${asked.right}`}, with ${percent(asked.shares[asked.answer]!)} of its belief, at epoch ${whole(epoch)}. `,
      run.isTrained(a, b) ? 'It was trained on this pair.' : 'It has never seen this pair.',
    );
    Object.assign(element.dataset, {
      answer: asked.answer,
      right: asked.right,
      logits: JSON.stringify(Array.from(asked.logits)),
    });
    if (!waves.element.isConnected) return;
    waves.draw();
    logits.draw();
  };
  store.follow(['snapshot', 'a', 'b'], answer, element);
  return element;
}

function formula(run: Run, a: number, b: number): string {
  const { operation } = run.data.task;
  const sign = SIGNS[operation];
  return sign ? `${a} ${sign} ${b}` : `${a}² + ${a}·${b} + ${b}²`;
}
