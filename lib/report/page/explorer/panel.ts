// One picture of the explorer: a card with heading, controls, picture and caption.
import { h, type Child } from '../parts/element.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly words: readonly Child[];
  readonly controls?: readonly Child[];
  readonly picture: readonly Child[];
  /** Whether the picture is computed from weights, which the page has for some epochs only. */
  readonly fromWeights: boolean;
}

export function panel(
  run: Run,
  store: Store,
  { id, title, words, controls = [], picture, fromWeights }: Panel,
): HTMLElement {
  const of = h('small', { class: 'of' });
  const element = h(
    'article',
    { class: 'card', id, 'aria-labelledby': `${id}-title` },
    h('h3', { id: `${id}-title` }, title),
    ...(controls.length > 0 ? [h('div', { class: 'controls' }, ...controls)] : []),
    ...picture,
    of,
    h('p', {}, ...words),
  );
  store.follow(['frame'], ({ frame }) => {
    const epoch = fromWeights ? run.data.snapshots[run.snapshotOf(frame)]! : run.epochs[frame]!;
    element.dataset['epoch'] = String(epoch);
    of.textContent = `${fromWeights ? 'computed here from the weights' : 'from the stages'}, ${run.when(epoch)}`;
  });
  return element;
}

/** An input for a number, with its label. */
export function numberBox(
  id: string,
  label: string,
  { min, max, value }: { min: number; max: number; value: number },
  choose: (value: number) => void,
): { element: HTMLElement; input: HTMLInputElement } {
  const input = h('input', {
    id,
    type: 'number',
    inputmode: 'numeric',
    min,
    max,
    value,
    input: () => {
      if (input.value === '') return;
      const n = Number(input.value);
      const isFine = Number.isInteger(n) && n >= min && n <= max;
      input.setAttribute('aria-invalid', String(!isFine));
      if (isFine) choose(n);
    },
  });
  return { element: h('label', { class: 'box' }, label, input), input };
}
