// Keeps the reader's choice in the address of the page (#epoch=10600&k=9&neuron=114&a=45&b=85), so that a link opens
// the same view, and back and forward lead through earlier views. Also lets the arrow keys move the slider from
// anywhere.
import { nearestIndex } from '../../snapshots.ts';
import { addressInSteps, readAddress } from '../parts/address.ts';
import type { Run } from './run.ts';
import type { Choice, Store } from './store.ts';

type Chosen = Partial<Omit<Choice, 'snapshot'>>;

/** The choices in the address. What it does not name, or names wrongly, is left out. */
export function readChoice({ data, epochs }: Run): Chosen {
  const { p, d_mlp } = data.config;
  const address = readAddress();
  const whole = (name: string, from: number, to: number): number | null => {
    const text = address.get(name);
    const n = Number(text);
    return text !== null && /^\d+$/.test(text) && n >= from && n <= to ? n : null;
  };
  const epoch = askedEpoch();
  const found = {
    frame: epoch === null ? null : nearestIndex(epochs, epoch),
    frequency: whole('k', 1, p >> 1),
    neuron: whole('neuron', 0, d_mlp - 1),
    a: whole('a', 0, p - 1),
    b: whole('b', 0, p - 1),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

/** The epoch in the address, whether or not it has a checkpoint. */
function askedEpoch(): number | null {
  const text = readAddress().get('epoch');
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** The epoch in the address if it has no checkpoint and `frame` is the nearest one; otherwise null. */
export function standsInFor({ epochs }: Run, frame: number): number | null {
  const epoch = askedEpoch();
  return epoch !== null && epoch !== epochs[frame] && nearestIndex(epochs, epoch) === frame ? epoch : null;
}

/**
 * Writes every later choice into the address, and takes choices from it when the reader goes back or follows a link.
 */
export function keepInAddress(run: Run, store: Store): void {
  const write = addressInSteps();
  let isFirst = true;
  let isReading = false;
  store.follow(['frame', 'frequency', 'neuron', 'a', 'b'], ({ frame, frequency, neuron, a, b }) => {
    if (isFirst || isReading) return;
    const values = { epoch: run.epochs[frame]!, k: frequency, neuron, a, b };
    write(Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]));
  });
  isFirst = false;
  addEventListener('hashchange', () => {
    isReading = true;
    store.set(readChoice(run));
    isReading = false;
  });
}

/** Elements that use these keys themselves. */
const USES_KEYS = 'input:not([type=checkbox]), select, textarea, [tabindex]';

/** Left, right, Home and End move the slider, unless the focus is in a field, a chart or a part that scrolls. */
export function moveByKeys(run: Run, store: Store): void {
  const last = run.epochs.length - 1;
  const frames: Readonly<Record<string, (frame: number) => number>> = {
    ArrowLeft: (frame) => Math.max(0, frame - 1),
    ArrowRight: (frame) => Math.min(last, frame + 1),
    Home: () => 0,
    End: () => last,
  };
  addEventListener('keydown', (event) => {
    const to = frames[event.key];
    const isElsewhere = event.target instanceof Element && event.target.closest(USES_KEYS) !== null;
    if (!to || isElsewhere || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    store.set({ frame: to(store.choice.frame) });
  });
}
