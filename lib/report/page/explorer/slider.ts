// The epoch slider: a bar that stays at the foot of the window, with the phases of training on its track.
import { h } from '../parts/element.ts';
import { whole } from '../parts/numbers.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** Null if there is only one checkpoint, as for a network that was not trained here. */
export function slider(run: Run, store: Store): HTMLElement | null {
  const { epochs, phases } = run;
  if (epochs.length < 2) return null;
  const last = epochs.length - 1;
  const place = (epoch: number): number => (100 * epoch) / epochs[last]!;
  const input = h('input', {
    id: 'epoch',
    type: 'range',
    min: 0,
    max: last,
    step: 1,
    value: store.choice.frame,
    input: () => store.set({ frame: Number(input.value) }),
  });
  const output = h('output', { for: 'epoch' });
  const step = (by: number, label: string, text: string): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        'aria-label': label,
        click: () => store.set({ frame: Math.max(0, Math.min(last, store.choice.frame + by)) }),
      },
      text,
    );
  store.follow(['frame'], ({ frame }) => {
    const epoch = epochs[frame]!;
    const phase = run.phaseAt(epoch);
    input.value = String(frame);
    input.setAttribute('aria-valuetext', `epoch ${whole(epoch)}${phase && `, ${phase}`}`);
    output.replaceChildren(h('strong', {}, whole(epoch)), h('small', {}, phase));
  });
  return h(
    'div',
    { class: 'slider', role: 'group', 'aria-label': 'Epoch' },
    h('label', { for: 'epoch' }, 'Epoch'),
    output,
    step(-1, 'one checkpoint back', '‹'),
    h(
      'div',
      { class: 'track' },
      h(
        'div',
        { class: 'phases', 'aria-hidden': 'true' },
        ...phases.map(({ name, from, to }) =>
          h('span', { style: { left: `${place(from)}%`, width: `${place(to) - place(from)}%` } }, name),
        ),
      ),
      input,
      h(
        'div',
        { class: 'snapshots', 'aria-hidden': 'true' },
        ...run.data.snapshots.map((epoch) => h('i', { style: { left: `${place(epoch)}%` } })),
      ),
    ),
    step(1, 'one checkpoint on', '›'),
  );
}
