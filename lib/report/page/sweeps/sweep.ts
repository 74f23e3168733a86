// The section of one sweep: the numbers of the chosen run, epochs over each axis, all losses, outcomes over two axes,
// and links to all files.
import type { SweepData, SweepPoint } from '../../sweeps/data.ts';
import { details, h, isServed, pathOf, section, table } from '../parts/element.ts';
import { figureCard } from '../parts/figure-card.ts';
import { whole } from '../parts/numbers.ts';
import { Chosen } from './chosen.ts';
import { epochsOver } from './epochs.ts';
import { lossesOf } from './losses.ts';
import { HEADS, headOf, numbersOf, textOf } from './numbers.ts';
import { phasesOver } from './phases.ts';

export function sweep(data: SweepData): HTMLElement {
  const { name, points, pictures, figures, yaml } = data;
  const chosen = new Chosen(points[0]!.point);
  const rest = [
    details(
      `${points.length} ${points.length === 1 ? 'run' : 'runs'} in numbers`,
      table(
        headOf(data),
        points.map((point) => numbersOf(data, point)),
      ),
    ),
    ...(figures.length > 0
      ? [
          details(
            `${figures.length} figures`,
            h(
              'div',
              { class: 'figures' },
              ...figures.map(({ name: figure, title, block }) =>
                figureCard({
                  title: `${name}: ${title}`,
                  path: pathOf('.', name, 'figures', figure),
                  caption: figure,
                  block,
                }),
              ),
            ),
          ),
        ]
      : []),
    details('its part of pipeline.yaml', h('pre', { tabindex: 0 }, yaml)),
    h(
      'p',
      { class: 'files' },
      'All numbers: ',
      link(pathOf('.', name, 'results.arrow'), 'results.arrow', `results of ${name}`),
      ', one row per run. Seconds, hosts and engines: ',
      link(pathOf('.', name, 'timings.arrow'), 'timings.arrow', `timings of ${name}`),
      '. To run it again: ',
      h('code', {}, `npm run sweep -- ${name}`),
    ),
  ];
  const cards = pictures
    ? [
        ...pictures.epochs.map((options) => epochsOver(options, chosen)),
        lossesOf(pictures.losses, chosen),
        ...pictures.phases.map(phasesOver),
      ]
    : [];
  return section(
    `sweep-${name}`,
    name,
    h('p', {}, summarise(data)),
    runCard(data, chosen),
    h('div', { class: 'cards' }, ...cards),
    ...rest,
  );
}

const link = (href: string, text: string, label: string): HTMLElement =>
  isServed ? h('a', { href, download: true, 'aria-label': label }, text) : h('code', {}, text);

const LIST = new Intl.ListFormat('en-GB');

/** `30 runs over train_fraction and seed, each up to 30,000 epochs: 28 grokked, 2 memorised only.` */
function summarise({ points, cap }: SweepData): string {
  const axes = Object.keys(points[0]!.params).map((axis) => axis.split('.')[1]!);
  const runs = `${points.length} ${points.length === 1 ? 'run' : 'runs'} over ${LIST.format(axes)}`;
  const failed = points.filter(({ outcome }) => outcome === 'failed').length;
  const some = (count: number, what: string): string[] => (count > 0 ? [`${count} ${what}`] : []);
  if (cap === null) return `${[runs, ...some(failed, 'failed')].join(', ')}.`;
  const done = points.filter(({ outcome }) => outcome === 'done');
  const came = (point: SweepPoint, to: string): boolean =>
    typeof point.fields[`train.${to}_epoch`] === 'number';
  const grokked = done.filter((point) => came(point, 'grokked')).length;
  const memorised = done.filter((point) => !came(point, 'grokked') && came(point, 'memorised')).length;
  const counts = [
    ...some(grokked, 'grokked'),
    ...some(memorised, 'memorised only'),
    ...some(done.length - grokked - memorised, 'learnt nothing'),
    ...some(failed, 'failed'),
  ];
  return `${runs}, each up to ${whole(cap)} epochs: ${counts.join(', ')}.`;
}

/** The numbers of the chosen run, and a list to choose it with the keyboard. */
function runCard(data: SweepData, chosen: Chosen): HTMLElement {
  const id = `run-of-${data.name}`;
  const select = h(
    'select',
    { id, change: () => chosen.set(select.value) },
    ...data.points.map((point) => h('option', { value: point.point }, point.point.replaceAll(',', ', '))),
  );
  const numbers = h('dl', { class: 'facts', 'aria-live': 'polite' });
  const command = h('code', {});
  chosen.follow((name) => {
    select.value = name;
    command.textContent = `npm run report -- --artifacts ${quoted(`${data.folder}/${name}`)}`;
    const point = data.points.find((each) => each.point === name)!;
    const fields = point.outcome === 'failed' ? [] : Object.keys(point.fields);
    numbers.replaceChildren(
      ...(point.outcome === 'failed' ? [h('div', {}, h('dt', {}, 'outcome'), h('dd', {}, 'failed'))] : []),
      ...fields.map((field) =>
        h(
          'div',
          { class: data.points.some(({ fields }) => Array.isArray(fields[field])) ? 'wide' : undefined },
          h('dt', {}, HEADS[field] ?? field),
          h('dd', { 'data-field': field }, textOf(data, point, field)),
        ),
      ),
    );
  });
  return h(
    'div',
    { class: 'card chosen-run' },
    h('label', { class: 'box' }, 'Run', select),
    numbers,
    h('p', { class: 'opens' }, 'Its explorer: ', command),
  );
}

/** Quoted so that a shell takes it as one word. */
const quoted = (word: string): string =>
  /^[\w./,=@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
