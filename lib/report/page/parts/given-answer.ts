// Says in words what a network answers to one pair, whether that is right, and how sure the network is.
import { h } from './element.ts';
import { percent } from './numbers.ts';

/** `45 + 85 = 17`, and a sentence without its full stop. `probability`: that of the given answer. */
export function givenAnswer(
  question: string,
  given: number,
  right: number,
  probability: number,
): [HTMLElement, string] {
  const isRight = given === right;
  const sure = percent(probability);
  return [
    h('strong', { class: isRight ? 'right' : 'wrong' }, `${question} = ${given}`),
    isRight
      ? ` Right, with a probability of ${sure}`
      : ` Wrong: the answer is ${right}. It gives ${given} a probability of ${sure}`,
  ];
}
