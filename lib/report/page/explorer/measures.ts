// Progress measures over training; each can be switched on and off.
import { padDomain } from '../../../charts/frame.ts';
import { roundEnd } from '../../../charts/numbers.ts';
import { SERIES_COLOURS } from '../../../charts/style.ts';
import { legendOf, present } from '../../../measures/columns.ts';
import { nearestIndex } from '../../snapshots.ts';
import { claimsAt } from '../../claims.ts';
import { chart, cursor, moveCursor, onPick, Plot, swatchColour } from '../parts/chart.ts';
import { h, missing, section, source } from '../parts/element.ts';
import { short } from '../parts/numbers.ts';
import { columnsOf, GROUPS, wordsOf, type MeasureGroup } from './measure-groups.ts';
import type { Run } from './run.ts';
import type { Store } from './store.ts';

export function measures(run: Run, store: Store): HTMLElement {
  const title = claimsAt('measures_title', run.facts);
  const { progress } = run.data.summaries;
  if (!progress) return section('measures', title, missing('This section', 'progress'));
  const groups =
    run.epochs.length > 1 ? GROUPS.filter((group) => columnsOf(group, isThere(run)).length > 0) : [];
  const why = progress.not_measured;
  const note = why !== null ? [h('p', { class: 'note' }, `Not all is measured, as ${why}.`)] : [];
  return section('measures', title, ...note, ...groups.map((group) => drawGroup(run, store, group)));
}

const isThere =
  (run: Run) =>
  (column: string): boolean =>
    run.measure(column) !== null;

function drawGroup(run: Run, store: Store, group: MeasureGroup): HTMLElement {
  const { title, words, sources } = wordsOf(group, isThere(run));
  const claimed = group.claims ? claimsAt(group.claims, run.facts) : '';
  const all = columnsOf(group, isThere(run)).map((column, i) => {
    const values = run.measure(column)!;
    const scale = group.relative ? 1 / values.reduce((max, x) => (x > max ? x : max), 0) : 1;
    return {
      column,
      name: legendOf(column),
      values: group.log ? values.map((x) => (x > 0 ? x : NaN)) : values.map((x) => x * scale),
      colour: SERIES_COLOURS[i % SERIES_COLOURS.length]!,
    };
  });
  const shown = new Set(present(group.drawn, isThere(run)));
  const domain = group.log
    ? padDomain(
        all.flatMap(({ values }) => Array.from(values)),
        true,
      )
    : ([0, 1.05] as const);
  const last = run.epochs.at(-1)!;
  const picture = chart(
    240,
    () =>
      `${title} over training: ${all
        .filter(({ column }) => shown.has(column))
        .map(({ name }) => name)
        .join(', ')}`,
    () => ({
      frame: {
        x: { label: 'epoch', domain: [0, roundEnd(0, last)] },
        y: { label: group.label, domain, log: group.log ?? false },
        bands: run.phases.map(({ name, from, to }) => ({ label: name, from, to })),
      },
      marks: [
        ...all
          .filter(({ column }) => shown.has(column))
          .map(({ values, colour, column, name }) =>
            Plot.line(run.epochs, {
              x: (epoch: number) => epoch,
              y: (_: number, i: number) => values[i]!,
              stroke: colour,
              strokeWidth: 1.8,
              ariaDescription: column,
              channels: { reading: (_: number, i: number) => `${name} ${short(values[i])}` },
            }),
          ),
        cursor(run.epochs[store.choice.frame]!),
      ],
    }),
  );
  const toggles = all.map(({ column, name, colour }) => {
    const input = h('input', {
      type: 'checkbox',
      checked: shown.has(column),
      change: () => {
        if (input.checked) shown.add(column);
        else shown.delete(column);
        picture.draw();
      },
    });
    return h(
      'label',
      { class: 'toggle', style: { '--c': swatchColour(colour) }, 'data-measure': column },
      input,
      h('span', { class: 'swatch' }),
      name,
    );
  });
  onPick(picture, (epoch) => store.set({ frame: nearestIndex(run.epochs, epoch) }));
  store.follow(['frame'], ({ frame }) => moveCursor(picture, run.epochs[frame]!));
  return h(
    'div',
    { class: 'card', id: `measures-${group.id}` },
    h('h3', {}, title),
    h('fieldset', { class: 'toggles' }, h('legend', { class: 'hidden' }, title), ...toggles),
    picture.element,
    h('p', {}, `${words} ${claimed} `, source(sources)),
  );
}
