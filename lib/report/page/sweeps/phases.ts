// Outcomes over two axes of a sweep: each cell shows the most frequent outcome and how many runs had it.
import type { PhaseMapOptions } from '../../../charts/figure.ts';
import { h } from '../parts/element.ts';

export function phasesOver({ title, subtitle, x, y, phases, runs }: PhaseMapOptions): HTMLElement {
  const cell = (column: number, row: number): HTMLElement => {
    const here = runs.filter((run) => run.column === column && run.row === row);
    if (here.length === 0) return h('td');
    const counts = phases.map((_, phase) => here.filter((run) => run.phase === phase).length);
    const most = counts.lastIndexOf(Math.max(...counts));
    return h(
      'td',
      { 'data-phase': most },
      phases[most]!,
      h('small', {}, `${counts[most]} of ${here.length}`),
    );
  };
  const rows = y.names.map((_, row) => row).reverse();
  return h(
    'article',
    { class: 'card' },
    h('h3', {}, title),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title },
      h(
        'table',
        { class: 'phase-map' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('th', {}, `${y.label} \\ ${x.label}`),
            ...x.names.map((name) => h('th', { scope: 'col' }, name)),
          ),
        ),
        h(
          'tbody',
          {},
          ...rows.map((row) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, y.names[row]!),
              ...x.names.map((_, column) => cell(column, row)),
            ),
          ),
        ),
      ),
    ),
    h('p', {}, subtitle ?? ''),
  );
}
