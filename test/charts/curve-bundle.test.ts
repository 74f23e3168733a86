import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { CurveBundle } from '../../lib/charts/figure.ts';
import { assertClose } from '../assert-close.ts';
import { assertSound, axesOf, elementsOf, rastersOf, readValues, textsOf } from './picture.ts';

const losses: CurveBundle = {
  kind: 'curve-bundle',
  names: { x: 'epoch', y: 'test_loss' },
  title: 'Test loss of every run',
  x: { label: 'epoch' },
  y: { label: 'test cross-entropy (nats)' },
  colour: { name: 'fraction', label: 'train_fraction' },
  curves: [
    {
      name: 'slow',
      colour: 0.3,
      points: [
        [0, 10],
        [50, 1],
        [100, 0.1],
      ],
    },
    {
      name: 'quick',
      colour: 0.5,
      points: [
        [10, 10],
        [50, 0.001],
      ],
    },
    {
      name: 'between',
      colour: 0.37,
      points: [
        [0, 1],
        [100, 1],
      ],
    },
  ],
};
const curvesOf = (figure: ReturnType<typeof draw>) =>
  elementsOf(figure, 'path').filter((each) => each['aria-label'] === 'line');

test('each curve goes through its points and ends with them', () => {
  const figure = draw(losses);
  const axes = axesOf(figure);
  const corners = curvesOf(figure).map(({ d }) =>
    d!
      .slice(1)
      .split('L')
      .map((corner) => corner.split(',').map(Number))
      .map(([x, y]) => `${axes.x(x!)} ${axes.y(y!)}`),
  );
  assert.deepEqual(corners, [
    ['0 10', '50 1', '100 0.1'],
    ['10 10', '50 10⁻³'],
    ['0 1', '100 1'],
  ]);
});

test('the colour of a curve is that of its number on the bar', () => {
  const figure = draw(losses);
  const [bar] = rastersOf(figure) as [never];
  const rgba = curvesOf(figure).flatMap(({ stroke }) => [
    ...[1, 3, 5].map((i) => parseInt(stroke!.slice(i, i + 2), 16)),
    255,
  ]);
  const pixels = { width: 3, height: 1, rgba: Uint8ClampedArray.from(rgba) };
  assertClose('numbers', readValues(pixels, bar, 0.3, 0.5), [0.3, 0.5, 0.37], { atol: 0.2 / 100 });
});

test('axes and the bar of a bundle are named, and nothing is clipped', () => {
  const figure = draw(losses);
  const texts = textsOf(figure);
  for (const text of [losses.title, 'epoch', 'test cross-entropy (nats)', 'train_fraction', '0.3', '0.5'])
    assert.ok(texts.includes(text), text);
  assertSound(figure);
});

test('one curve, curves of one number, and a curve without points are drawn', () => {
  const [curve] = losses.curves as [CurveBundle['curves'][number]];
  for (const curves of [[curve], [curve, { ...curve, name: 'again' }], [{ ...curve, points: [] }]]) {
    const figure = draw({ ...losses, curves });
    assert.equal(curvesOf(figure).length, curves.filter(({ points }) => points.length > 0).length);
    assert.doesNotMatch(figure.svg, /NaN|Infinity/);
  }
});

test('the table of a bundle has one row per point', () => {
  const { columns } = tableOf(losses);
  assert.deepEqual(columns, {
    name: ['slow', 'slow', 'slow', 'quick', 'quick', 'between', 'between'],
    fraction: Float64Array.from([0.3, 0.3, 0.3, 0.5, 0.5, 0.37, 0.37]),
    epoch: Float64Array.from([0, 50, 100, 10, 50, 0, 100]),
    test_loss: Float64Array.from([10, 1, 0.1, 10, 0.001, 1, 1]),
  });
});
