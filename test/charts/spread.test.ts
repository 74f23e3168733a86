import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { Spread } from '../../lib/charts/figure.ts';
import { median } from '../../lib/charts/spread-marks.ts';
import { assertSound, axesOf, elementsOf, placeOf, textsOf } from './picture.ts';

const fractions = [0.3, 0.4, 0.5].map((at) => ({ at, name: String(at) }));
const epochs: Spread = {
  kind: 'spread',
  names: { x: 'train_fraction', y: 'epoch' },
  title: 'Epochs to grok over train_fraction',
  x: { label: 'train_fraction', ticks: fractions },
  y: { label: 'epoch' },
  cap: { at: 10_000, label: 'never within 10,000 epochs' },
  series: [
    {
      name: 'grokked',
      runs: [
        { x: 0.4, y: 100 },
        { x: 0.4, y: 10 },
        { x: 0.4, y: 1000 },
        { x: 0.3, y: Infinity },
        { x: 0.3, y: 1000 },
        { x: 0.3, y: Infinity },
        { x: 0.5, y: 10 },
      ],
    },
    {
      name: 'published',
      runs: [
        { x: 0.3, y: 1000 },
        { x: 0.5, y: 100 },
      ],
      isReference: true,
    },
  ],
};
const [OURS, GREY] = ['#0072b2', '#5c5c5c'];

/** The places that a path goes through, in the words of the axes. */
const cornersOf = (d: string, { x, y }: ReturnType<typeof axesOf>): string[][] =>
  d
    .slice(1)
    .split('L')
    .map((corner) => corner.split(',').map(Number))
    .map(([left, top]) => [x(left!), y(top!)]);

test('every run is a dot at its place, the median a line, least to most a bar', () => {
  const figure = draw(epochs);
  const axes = axesOf(figure);
  const dots = elementsOf(figure, 'circle').filter(({ fill }) => fill === OURS);
  assert.deepEqual(
    dots.map(({ cx, cy }) => [axes.x(Number(cx)), axes.y(Number(cy))]),
    [
      ['0.4', '100'],
      ['0.4', '10'],
      ['0.4', '10³'],
      ['0.3', '10³'],
      ['0.5', '10'],
    ],
  );
  const line = elementsOf(figure, 'path').find(
    (each) => each['aria-label'] === 'line' && each['stroke'] === OURS,
  )!;
  assert.deepEqual(cornersOf(line['d']!, axes), [
    ['0.3', '10⁴'],
    ['0.4', '100'],
    ['0.5', '10'],
  ]);
  const bars = elementsOf(figure, 'line').filter(({ stroke }) => stroke === OURS);
  assert.deepEqual(
    bars.map(({ x1, y1, y2 }) => [axes.x(Number(x1)), axes.y(Number(y1)), axes.y(Number(y2))]),
    [
      ['0.3', '10³', '10⁴'],
      ['0.4', '10', '10³'],
      ['0.5', '10', '10'],
    ],
  );
});

test('runs that never got there are hollow triangles at the cap', () => {
  const figure = draw(epochs);
  const axes = axesOf(figure);
  const never = elementsOf(figure, 'path').filter((each) => each['aria-label'] === 'dot');
  assert.deepEqual(
    never.map((each) => [...placeOf(each).map((pixel, i) => (i === 0 ? axes.x(pixel) : axes.y(pixel)))]),
    [
      ['0.3', '10⁴'],
      ['0.3', '10⁴'],
    ],
  );
  for (const { fill, stroke, d } of never) {
    assert.deepEqual([fill, stroke], ['white', OURS]);
    assert.equal(d!.split('L').length, 3, 'three corners');
  }
});

test('what others published is grey and dashed, with dots and no bars', () => {
  const figure = draw(epochs);
  const axes = axesOf(figure);
  const dots = elementsOf(figure, 'circle').filter(({ fill }) => fill === GREY);
  assert.deepEqual(
    dots.map(({ cx, cy }) => [axes.x(Number(cx)), axes.y(Number(cy))]),
    [
      ['0.3', '10³'],
      ['0.5', '100'],
    ],
  );
  const [legend, line] = elementsOf(figure, 'path').filter(({ stroke }) => stroke === GREY);
  assert.deepEqual([legend!['stroke-dasharray'], line!['stroke-dasharray']], ['5,3', '5,3']);
  const rules = elementsOf(figure, 'line').filter(({ stroke }) => stroke === GREY);
  assert.equal(rules.length, 1, 'the cap alone');
});

test('axes, series and the cap of a spread are named, and nothing is clipped', () => {
  const figure = draw(epochs);
  const texts = textsOf(figure);
  for (const text of [epochs.title, 'train_fraction', 'epoch', 'grokked', 'published', epochs.cap.label])
    assert.ok(texts.includes(text), text);
  assertSound(figure);
});

test('of ticks whose names would run into each other some are left out', () => {
  const ticks = [0.01, 0.0101, 0.02, 1].map((at) => ({ at, name: at.toFixed(4) }));
  const texts = textsOf(draw({ ...epochs, x: { label: 'weight_decay', ticks } }));
  assert.deepEqual(
    ticks.filter(({ name }) => texts.includes(name)).map(({ at }) => at),
    [0.01, 1],
  );
});

test('one run, no run that got there, and a run past the cap or before its start are drawn', () => {
  for (const runs of [[10], [Infinity, Infinity], [20_000, 0]]) {
    const figure = draw({
      ...epochs,
      x: { label: 'seed', ticks: [{ at: 1, name: '1' }] },
      series: [{ name: 'grokked', runs: runs.map((y) => ({ x: 1, y })) }],
    });
    assert.equal(elementsOf(figure, 'circle').length, runs.filter(Number.isFinite).length);
    assert.doesNotMatch(figure.svg, /NaN|Infinity/);
  }
});

test('the table of a spread has one row per run, NaN for one that never got there', () => {
  const { columns } = tableOf(epochs);
  assert.deepEqual(columns['series'], [
    ...new Array<string>(7).fill('grokked'),
    ...new Array<string>(2).fill('published'),
  ]);
  assert.deepEqual(
    columns['train_fraction'],
    Float64Array.from([0.4, 0.4, 0.4, 0.3, 0.3, 0.3, 0.5, 0.3, 0.5]),
  );
  assert.deepEqual(columns['epoch'], Float64Array.from([100, 10, 1000, NaN, 1000, NaN, 10, 1000, 100]));
});

test('of an even number of runs the median is the mean of the middle two, and never is later than all', () => {
  assert.equal(median([30, 10, 20]), 20);
  assert.equal(median([40, 10, 20, 30]), 25);
  assert.equal(median([10, Infinity, 20]), 20);
  assert.equal(median([10, Infinity]), Infinity);
});
