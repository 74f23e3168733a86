// The settings as a form. Once a network has begun to learn, only its weight decay can be changed.
import { OPERATION_NAMES, OPERATIONS, type Operation } from '../../../task/operations.ts';
import type { Settings } from '../../worker/messages.ts';
import { details, h } from '../parts/element.ts';
import { FIELDS, findClash, findFault, OPERATION, SIZES, type Field } from './settings.ts';

export interface Form {
  readonly element: HTMLElement;
  /** Whether anything but the weight decay can be changed. */
  setOpen(isOpen: boolean): void;
  /** Whether every field has a value that a training can take. */
  isFine(): boolean;
}

/**
 * `until`: the field for the epoch at which training pauses. `change` is called after each change that leaves the
 * settings valid.
 */
export function settingsForm(
  start: Settings,
  until: HTMLInputElement,
  change: (settings: Settings, changed: keyof Settings) => void,
): Form {
  let settings = start;
  const fault = h('p', { class: 'fault', id: 'lab-fault', role: 'alert' });
  const inputs = new Map<keyof Settings, HTMLInputElement>();
  const faults = new Map<keyof Settings, string>();
  let pauseFault = '';

  const show = (): void => {
    const clash = faults.size === 0 ? findClash(settings) : null;
    const lines = [...faults].map(([name, must]) => `${labelOf(name)} must be ${must}.`);
    if (clash) lines.push(`${labelOf(clash.name)} must be ${clash.must}.`);
    if (pauseFault !== '') lines.push(pauseFault);
    fault.textContent = lines.join(' ');
    for (const [name, input] of inputs)
      input.setAttribute('aria-invalid', String(faults.has(name) || clash?.name === name));
  };
  const set = (name: keyof Settings, value: number | Operation): void => {
    settings = { ...settings, [name]: value };
    show();
    if (faults.size === 0 && findClash(settings) === null) change(settings, name);
  };
  const box = (field: Field): HTMLElement => {
    const { name, label, min, max } = field;
    const input = h('input', {
      id: `lab-${name}`,
      type: 'number',
      inputmode: field.whole ? 'numeric' : 'decimal',
      ...{ min, max, step: field.whole ? 1 : 'any' },
      value: settings[name],
      'aria-describedby': 'lab-fault',
      input: () => {
        const must = input.value === '' ? 'a number' : findFault(field, Number(input.value));
        if (must === null) faults.delete(name);
        else faults.set(name, must);
        if (must === null) set(name, Number(input.value));
        else show();
      },
    });
    inputs.set(name, input);
    return h('label', { class: 'field' }, h('span', {}, label), input);
  };
  const operation = h(
    'select',
    { id: 'lab-operation', change: () => set('operation', operation.value as Operation) },
    ...OPERATION_NAMES.map((name) => h('option', { value: name }, OPERATIONS[name].formula('a', 'b'))),
  );
  operation.value = settings.operation;
  until.setAttribute('aria-describedby', 'lab-fault');
  until.addEventListener('input', () => {
    const isWhole = Number.isInteger(Number(until.value)) && Number(until.value) > 0;
    pauseFault = isWhole ? '' : `${PAUSE} must be a whole number from 1 on.`;
    until.setAttribute('aria-invalid', String(!isWhole));
    show();
  });
  const [p, ...others] = FIELDS.map(box);
  const element = h(
    'form',
    { class: 'card settings', 'aria-label': 'Settings', submit: (event: Event) => event.preventDefault() },
    h(
      'div',
      { class: 'fields' },
      h('label', { class: 'field' }, h('span', {}, OPERATION.label), operation),
      p!,
      ...others,
      h('label', { class: 'field' }, h('span', {}, PAUSE), until),
    ),
    details('Size of the network', h('div', { class: 'fields' }, ...SIZES.map(box))),
    fault,
  );
  const setOpen = (isOpen: boolean): void => {
    operation.disabled = !isOpen;
    for (const [name, input] of inputs) input.disabled = !isOpen && name !== 'weight_decay';
  };
  return { element, setOpen, isFine: () => fault.textContent === '' };
}

const PAUSE = 'pause at epoch';

const labelOf = (name: keyof Settings): string =>
  [...FIELDS, ...SIZES].find((field) => field.name === name)?.label ?? name;
