// The test losses of all runs of a sweep in one chart, with the chosen run in front, thick and dark.
import type { CurveBundleOptions } from '../../../charts/figure.ts';
import { padDomain } from '../../../charts/frame.ts';
import { roundEnd } from '../../../charts/numbers.ts';
import { LINE_RANGE, SCHEMES } from '../../../charts/style.ts';
import { chart, onPoint, Plot } from '../parts/chart.ts';
import { h } from '../parts/element.ts';
import { short, whole } from '../parts/numbers.ts';
import type { Chosen } from './chosen.ts';

export function lossesOf({ curves, colour, x, y }: CurveBundleOptions, chosen: Chosen): HTMLElement {
  const all = curves.flatMap(({ points }) => points);
  const last = all.reduce((most, [epoch]) => Math.max(most, epoch), 1);
  const values = curves.map((curve) => curve.colour);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const { apply } = Plot.scale({
    color: {
      type: 'linear',
      scheme: SCHEMES.unsigned,
      domain: [low, high > low ? high : low + 1],
      range: LINE_RANGE,
    },
  });
  const stops = Array.from({ length: 9 }, (_, i) => String(apply(low + (i / 8) * (high - low))));
  const domain = padDomain(
    all.map(([, loss]) => loss),
    true,
  );
  const draw = (
    points: CurveBundleOptions['curves'][number]['points'],
    style: Plot.LineOptions,
  ): Plot.Markish => Plot.line(points as [number, number][], { strokeLinejoin: 'round', ...style });
  const picture = chart(
    300,
    () => `Test losses of ${curves.length} runs; in front, ${chosen.point}`,
    () => ({
      frame: { x: { ...x, domain: [0, roundEnd(0, last)] }, y: { ...y, domain, log: true } },
      isScatter: true,
      marks: [
        ...curves.map(({ name, points, colour: value }) =>
          draw(points, {
            stroke: String(apply(value)),
            strokeWidth: 1.3,
            strokeOpacity: 0.85,
            channels: {
              reading: ([epoch, loss]: [number, number]) => `${name}, epoch ${whole(epoch)}: ${short(loss)}`,
            },
          }),
        ),
        ...curves
          .filter(({ name }) => name === chosen.point)
          .map(({ points }) =>
            draw(points, { stroke: '#1c1c1c', strokeWidth: 3, ariaDescription: 'chosen' }),
          ),
      ],
    }),
  );
  onPoint(
    picture,
    curves.flatMap(({ name, points }) => points.map(([epoch, loss]) => ({ name, x: epoch, y: loss }))),
    (name) => chosen.set(name),
  );
  chosen.follow(() => picture.element.isConnected && picture.draw());
  return h(
    'article',
    { class: 'card' },
    h('h3', {}, 'Test loss of every run'),
    h(
      'div',
      { class: 'bar', 'aria-hidden': 'true' },
      h('span', {}, `${colour.label} ${short(low)}`),
      h('span', { class: 'strip', style: { background: `linear-gradient(to right, ${stops.join(', ')})` } }),
      h('span', {}, short(high)),
    ),
    picture.element,
    h('p', {}, 'Each line ends where training stopped. The thick line is the chosen run.'),
  );
}
