// The epoch slider: a bar that stays at the foot of the window, with the phases of training on its track and a play
// button.
import { h } from '../parts/element.ts';
import { whole } from '../parts/numbers.ts';
import { standsInFor } from './address.ts';
import { Player } from './player.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

/** \ufe0e asks for the character as text, not as a coloured picture. */
const [PLAY, PAUSE] = ['▶\ufe0e', '❚❚'];

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
  const player = new Player(store, last, (isPlaying) => {
    play.textContent = isPlaying ? PAUSE : PLAY;
    play.setAttribute('aria-label', isPlaying ? 'pause' : 'play');
  });
  const play = h(
    'button',
    { type: 'button', class: 'play', 'aria-label': 'play', click: () => player.toggle() },
    PLAY,
  );
  // Space plays and pauses; on the button it does so by itself.
  input.addEventListener('keydown', (event) => {
    if (event.key !== ' ') return;
    event.preventDefault();
    player.toggle();
  });
  const asked = h('p', { class: 'asked', role: 'status' });
  const show = (): void => {
    const { frame } = store.choice;
    const epoch = epochs[frame]!;
    const phase = run.phaseAt(epoch);
    input.value = String(frame);
    input.setAttribute('aria-valuetext', `epoch ${whole(epoch)}${phase && `, ${phase}`}`);
    output.replaceChildren(h('strong', {}, whole(epoch)), h('small', {}, phase));
    const other = standsInFor(run, frame);
    asked.textContent =
      other === null
        ? ''
        : `There is no checkpoint at epoch ${whole(other)}; the nearest is at ${whole(epoch)}.`;
  };
  store.follow(['frame'], show);
  addEventListener('hashchange', show);
  return h(
    'div',
    { class: 'slider', role: 'group', 'aria-label': 'Epoch' },
    h('label', { for: 'epoch' }, 'Epoch'),
    output,
    play,
    step(-1, 'one checkpoint back', '‹'),
    h(
      'div',
      { class: 'track' },
      h(
        'div',
        { class: 'phases', 'aria-hidden': 'true' },
        ...phases.map(({ name, from, to }) =>
          h(
            'span',
            { style: { left: `${place(from)}%`, width: `${place(to) - place(from)}%` } },
            h('b', {}, name.replace(' ', '\u00a0')),
          ),
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
    asked,
  );
}
