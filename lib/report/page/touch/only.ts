// A field for a list of frequencies, for the question: what if the embedding had only these?
import { h } from '../parts/element.ts';

/** `start`: the first content of the field. `keep` gets the reader's list: whole numbers from 1 to `highest`. */
export function onlyThese(
  start: readonly number[],
  highest: number,
  keep: (frequencies: readonly number[]) => void,
): HTMLElement {
  const input = h('input', {
    id: 'touch-only',
    type: 'text',
    inputmode: 'numeric',
    size: 12,
    value: start.join(', '),
    input: () => input.setAttribute('aria-invalid', String(read() === null)),
  });
  const read = (): number[] | null => {
    const words = input.value.split(/[\s,]+/).filter((word) => word !== '');
    const numbers = words.map(Number);
    const areFine = numbers.every((k) => Number.isInteger(k) && k >= 1 && k <= highest);
    return areFine && numbers.length > 0 ? numbers : null;
  };
  return h(
    'form',
    {
      class: 'box',
      submit: (event: Event) => {
        event.preventDefault();
        const frequencies = read();
        if (frequencies) keep(frequencies);
      },
    },
    h('label', { class: 'box' }, 'frequencies', input),
    h('button', { type: 'submit' }, 'Only these'),
  );
}
