// A chart of epochs over an axis of a sweep, like the figure. Pointing at a run chooses it.
import type { SpreadOptions } from '../../../charts/figure.ts';
import { colourOf, shownAt, spreadMarks } from '../../../charts/spread-marks.ts';
import { chart, legend, onPoint, Plot } from '../parts/chart.ts';
import { h } from '../parts/element.ts';
import type { Chosen } from './chosen.ts';

export function epochsOver(travelled: SpreadOptions, chosen: Chosen): HTMLElement {
  const options = revive(travelled);
  const { title, subtitle, series, cap, x } = options;
  const runs = series.flatMap(({ runs }) => runs.filter(({ point }) => point !== undefined));
  const place = ({ y }: { readonly y: number }): number => shownAt(y, cap.at);
  const picture = chart(
    300,
    () => `${title}: ${series.map(({ name }) => name).join(', ')}`,
    (width) => {
      const { frame, marks } = spreadMarks(options, width);
      const here = runs.filter(({ point }) => point === chosen.point);
      return {
        frame,
        marks: [
          ...marks,
          Plot.dot(here, {
            x: 'x',
            y: place,
            r: 8,
            stroke: '#1c1c1c',
            strokeWidth: 2,
            ariaDescription: 'chosen',
          }),
        ],
      };
    },
  );
  onPoint(
    picture,
    runs.map((run) => ({ name: run.point!, x: run.x, y: place(run) })),
    (name) => chosen.set(name),
  );
  chosen.follow(() => picture.element.isConnected && picture.draw());
  return h(
    'article',
    { class: 'card', 'data-axis': x.label },
    h('h3', {}, title),
    legend(
      series.map(({ name, isReference }, i) => ({
        name,
        colour: colourOf(series, i),
        dashed: isReference ?? false,
      })),
    ),
    picture.element,
    h('p', {}, subtitle ?? ''),
  );
}

/** JSON has no Infinity, so null stands for an epoch that was never reached. */
const revive = (options: SpreadOptions): SpreadOptions => ({
  ...options,
  series: options.series.map((each) => ({
    ...each,
    runs: each.runs.map((run) => ({ ...run, y: (run.y as number | null) ?? Infinity })),
  })),
});
