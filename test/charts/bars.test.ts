import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { Bars } from '../../lib/charts/figure.ts';
import { assertClose } from '../assert-close.ts';
import { assertSound, textsOf } from './picture.ts';

const norms: Bars = {
  kind: 'bars',
  title: 'Norms',
  x: { label: 'frequency k', values: [0, 1, 2, 3] },
  y: { label: 'norm' },
  series: [
    { name: 'sin', values: [NaN, 1, 4, 0.5] },
    { name: 'cos', values: [NaN, 1.5, 3, 2.5] },
    { name: 'constant', values: [0.25, NaN, NaN, NaN], grey: true },
  ],
  named: [2, 3],
  level: { y: 1, label: 'a quarter of the largest' },
  names: { series: 'component', x: 'frequency', y: 'norm' },
};

test('bars are as high as their values, sine and cosine side by side in their own colours', () => {
  const { svg } = draw(norms);
  const attribute = (tag: string, name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(tag)![1]!;
  const drawn = [...svg.matchAll(/<rect [^>]*>/g)]
    .map((m) => m[0])
    .filter((tag) => / fill="#(0072b2|d55e00|5c5c5c)"/.test(tag));
  const rectangles = drawn.filter((tag) => Number(attribute(tag, 'height')) !== 12); // not the legend's squares
  const [heights, colours, left] = ['height', 'fill', 'x'].map((name) =>
    rectangles.map((tag) => attribute(tag, name)),
  );
  const unit = Number(heights![0]) / 0.25;
  assertClose(
    'heights',
    heights!.map((h) => Number(h) / unit),
    [0.25, 1, 1.5, 4, 3, 0.5, 2.5],
    { atol: 1e-2 },
  );
  assert.deepEqual(colours, ['#5c5c5c', '#0072b2', '#d55e00', '#0072b2', '#d55e00', '#0072b2', '#d55e00']);
  assert.ok(
    left!.every((x, i) => i === 0 || Number(x) > Number(left![i - 1]!)),
    'from left to right',
  );
});

test('axes, legend and named bars are written, and nothing is clipped', () => {
  const figure = draw(norms);
  const texts = textsOf(figure);
  for (const text of ['frequency k', 'norm', 'sin', 'cos', 'constant', 'a quarter of the largest'])
    assert.ok(texts.includes(text), text);
  assert.equal(texts.filter((text) => text === '2').length, 3, 'ticks of both axes and the named bar');
  assertSound(figure);
});

test('the table leaves out places without a bar', () => {
  const { columns } = tableOf(norms);
  assert.deepEqual(columns['component'], ['sin', 'sin', 'sin', 'cos', 'cos', 'cos', 'constant']);
  assert.deepEqual(columns['frequency'], Float64Array.from([1, 2, 3, 1, 2, 3, 0]));
  assert.deepEqual(columns['norm'], Float64Array.from([1, 4, 0.5, 1.5, 3, 2.5, 0.25]));
});

test('bars of zeros are drawn', () => {
  assertSound(
    draw({ ...norms, series: [{ name: 'sin', values: [0, 0, 0, 0] }], level: { y: 0, label: 'none' } }),
  );
});
