// The network's answer to one pair, untouched and touched.
import { padDomain } from '../../../charts/frame.ts';
import { INK, MUTED, SERIES_COLOURS } from '../../../charts/style.ts';
import type { Weights } from '../../../network/config.ts';
import { residualRows, runPair, scoreDirections, softmax } from '../../../network/forward.ts';
import { largestClass } from '../../../network/loss.ts';
import { OPERATIONS } from '../../../task/operations.ts';
import { chart, legend, Plot } from '../parts/chart.ts';
import { h } from '../parts/element.ts';
import { givenAnswer } from '../parts/given-answer.ts';
import { namedTicks } from '../parts/named-ticks.ts';
import { short } from '../parts/numbers.ts';
import type { Touchable } from './network.ts';

export interface Answer {
  readonly element: HTMLElement;
  show(weights: Weights, a: number, b: number): void;
}

export function answer({ config, operation, weights, axis }: Touchable): Answer {
  const { p } = config;
  const { formula, label } = OPERATIONS[operation];
  const inside = new Set(axis.numbers);
  const all = [...axis.numbers, ...Array.from({ length: p }, (_, c) => c).filter((c) => !inside.has(c))];
  const ticks = namedTicks(all);
  let now: Float64Array = new Float64Array(p);
  let before: Float64Array = now;
  let right = 0;

  const ask = (of: Weights, a: number, b: number): Float64Array => {
    const resid = residualRows(config, of);
    return runPair(config, of, scoreDirections(config, of, resid[2]!), resid, a, b).logits.data;
  };
  const centred = (logits: Float64Array): Float64Array => {
    const mean = logits.reduce((sum, x) => sum + x, 0) / p;
    return logits.map((x) => x - mean);
  };
  const picture = chart(
    210,
    () => `Logits over the answers; the largest is that of ${largestClass(now)}`,
    () => {
      const given = largestClass(now);
      const [bars, dots] = [centred(now), centred(before)];
      return {
        frame: {
          x: {
            label: `answer ${axis.label('c')}`,
            domain: [-0.5, p - 0.5],
            counted: true,
            ...(axis.isNamed && { ticks }),
          },
          y: { label: 'logit', domain: padDomain([...bars, ...dots, 0]) },
        },
        at: (place) => `answer ${all[place]!}`,
        marks: [
          Plot.rect(all, {
            x1: (_: number, place: number) => place - 0.4,
            x2: (_: number, place: number) => place + 0.4,
            y1: (c: number) => Math.min(0, bars[c]!),
            y2: (c: number) => Math.max(0, bars[c]!),
            fill: (c: number) => (c === right ? SERIES_COLOURS[2] : c === given ? SERIES_COLOURS[1] : MUTED),
            channels: { reading: (c: number) => `${short(bars[c])}, as it is ${short(dots[c])}` },
          }),
          Plot.dot(all, {
            x: (_: number, place: number) => place,
            y: (c: number) => dots[c]!,
            r: 2,
            stroke: INK,
            strokeOpacity: 0.7,
          }),
        ],
      };
    },
  );
  const verdict = h('p', { class: 'verdict', role: 'status' });
  const names = legend([
    { name: 'right answer', colour: SERIES_COLOURS[2]! },
    { name: 'another that it gives', colour: SERIES_COLOURS[1]! },
  ]);
  names.append(h('li', {}, '○ as it is'));
  const element = h('div', { class: 'touch-answer' }, verdict, names, picture.element);
  const show: Answer['show'] = (touched, a, b) => {
    now = ask(touched, a, b);
    before = ask(weights, a, b);
    right = label(a, b, p);
    const given = largestClass(now);
    verdict.replaceChildren(
      ...givenAnswer(formula(a, b), given, right, softmax([...now])[given]!),
      `. Untouched, it answers ${largestClass(before)}.`,
    );
    element.dataset['logits'] = JSON.stringify(Array.from(now));
    if (picture.element.isConnected) picture.draw();
  };
  return { element, show };
}
