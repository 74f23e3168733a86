// A slider for each part of the network, from 0 (taken out) to 1 (as it is).
import { h } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import type { Kept, Network, PartGroup } from './network.ts';

const STEP = 0.05;

export interface Sliders {
  readonly element: HTMLElement;
  show(kept: Kept): void;
}

/** `turn` gets the part's name and its new share. */
export function sliders(network: Network, turn: (name: string, share: number) => void): Sliders {
  const element = h('div', { class: 'card touch-dials' });
  let inputs = new Map<string, HTMLInputElement>();
  let names = '';

  const row = ({ name, label }: PartGroup['parts'][number]): HTMLElement => {
    const output = h('output', {}, '1');
    const input = h('input', {
      type: 'range',
      min: 0,
      max: 1,
      step: STEP,
      value: 1,
      'data-part': name,
      input: () => turn(name, Number(input.value)),
    });
    inputs.set(name, input);
    return h('label', { class: 'dial' }, h('span', {}, label), input, output);
  };
  const make = (groups: readonly PartGroup[]): void => {
    inputs = new Map();
    element.replaceChildren(
      ...groups.map(({ title, parts }) => h('fieldset', {}, h('legend', {}, title), ...parts.map(row))),
    );
  };
  const show = (kept: Kept): void => {
    const groups = network.groups(kept);
    const now = groups.flatMap(({ parts }) => parts.map(({ name, label }) => `${name} ${label}`)).join();
    if (now !== names) make(groups);
    names = now;
    for (const [name, input] of inputs) {
      const share = kept.get(name) ?? 1;
      if (document.activeElement !== input || Number(input.value) !== share) input.value = String(share);
      input.nextElementSibling!.textContent = short(share);
      input.classList.toggle('turned', share !== 1);
    }
  };
  return { element, show };
}
