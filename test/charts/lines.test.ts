import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { Figure, Lines } from '../../lib/charts/figure.ts';
import { assertSound, textsOf } from './picture.ts';

const epochs = Array.from({ length: 100 }, (_, i) => i * 250);
const names = { series: 'set', x: 'epoch', y: 'loss' };
const loss: Lines = {
  kind: 'lines',
  names,
  title: 'Loss over training',
  x: { label: 'epoch', values: epochs },
  y: { label: 'cross-entropy (nats)', log: true },
  series: [
    { name: 'train', values: epochs.map((x) => 5 * Math.exp(-x / 1300)) },
    { name: 'test', values: epochs.map((x) => (x < 9000 ? 20 : 20 * Math.exp(-(x - 9000) / 800))) },
  ],
  marks: [
    { x: 140, label: 'memorised, epoch 140' },
    { x: 1200, label: 'train loss below 1e-6, epoch 1200' },
    { x: 24_000, label: 'grokked, epoch 24000' },
  ],
  bands: [
    { from: 0, to: 1500, label: 'memorisation' },
    { from: 1500, to: 24_750, label: 'circuit formation' },
  ],
};

test('axes, series, marks and bands are named, and nothing is clipped', () => {
  const figure = draw(loss);
  const texts = textsOf(figure);
  const { marks = [], bands = [] } = loss;
  const named = [loss.title, 'epoch', 'cross-entropy (nats)', 'train', 'test'];
  for (const text of [...named, ...marks.map((m) => m.label), ...bands.map((b) => b.label)])
    assert.ok(texts.includes(text), text);
  assertSound(figure);
});

test('a log axis is labelled with powers of ten and leaves out what is not positive', () => {
  const figure = draw({
    ...loss,
    series: [{ name: 'loss', values: epochs.map((_, i) => (i % 10 === 5 ? 0 : 10 ** -(i / 10))) }],
  });
  const texts = textsOf(figure);
  for (const text of ['1', '0.1', '10⁻²', '10⁻⁹'])
    assert.ok(texts.includes(text), `${text} in ${texts.join(' ')}`);
  assert.ok(!figure.svg.includes('NaN'));
  const curve = [...figure.svg.matchAll(/ d="(M[^"]+)"/g)]
    .map((m) => m[1]!)
    .sort((a, b) => b.length - a.length)[0]!;
  assert.equal(curve.split('M').length - 1, 11, 'ten zeros cut the curve into eleven pieces');
});

test('a curve goes through its values', () => {
  const { svg } = draw({
    kind: 'lines',
    names,
    title: 'Two points',
    x: { label: 'x', values: [0, 1, 2] },
    y: { label: 'y' },
    series: [{ name: 'only', values: [0, 2, 1] }],
  });
  const path = [...svg.matchAll(/ d="(M[^"]+)"/g)].map((m) => m[1]!).find((d) => d.split('L').length === 3)!;
  const points = path
    .slice(1)
    .split('L')
    .map((point) => point.split(',').map(Number));
  const [[x0, y0], [x1, y1], [x2, y2]] = points as [number[], number[], number[]];
  assert.ok(Math.abs(x1! - x0! - (x2! - x1!)) < 0.01, 'evenly spaced');
  assert.ok(Math.abs((y0! - y1!) / (y0! - y2!) - 2) < 0.01, 'twice as high');
});

test('the same figure has the same bytes, whatever was drawn before in the process', () => {
  const map: Figure = {
    kind: 'heatmap',
    title: 'Map',
    x: { name: 'b', label: 'b', length: 3 },
    y: { name: 'a', label: 'a', length: 2 },
    colour: { name: 'v', label: 'v', signed: true },
    facets: [
      { name: 'one', values: [1, 2, 3, 4, 5, 6] },
      { name: 'two', values: [1, 2, 3, 4, 5, 6] },
    ],
  };
  const bars: Figure = {
    kind: 'bars',
    names,
    title: 'Bars',
    x: { label: 'k', values: [0, 1] },
    y: { label: 'norm' },
    series: [{ name: 's', values: [1, 2] }],
  };
  const first = [loss, map, bars].map((figure) => draw(figure).svg);
  const again = [bars, map, loss].map((figure) => draw(figure).svg).reverse();
  assert.deepEqual(again, first);
});

test('an empty history, one point and constant values are drawn', () => {
  for (const values of [[], [3], [2, 2, 2], [0, 0]])
    for (const log of [false, true])
      assertSound(
        draw({
          kind: 'lines',
          names,
          title: 'Small',
          x: { label: 'x', values: values.map((_, i) => i) },
          y: { label: 'y', log },
          series: [{ name: 's', values }],
        }),
      );
});

test('the table is in long form', () => {
  const { columns } = tableOf({
    ...loss,
    x: { label: 'x', values: [3, 4] },
    series: [
      { name: 'u', values: [1, 2] },
      { name: 'v', values: [5, 6] },
    ],
  });
  assert.deepEqual(columns, {
    set: ['u', 'u', 'v', 'v'],
    epoch: Float64Array.from([3, 4, 3, 4]),
    loss: Float64Array.from([1, 2, 5, 6]),
  });
});

test('a mark beside the axis stands clear of it', () => {
  const placesOf = (mark: number): { axis: number; mark: number } => {
    const { svg } = draw({ ...loss, bands: [], marks: [{ x: mark, label: 'early' }] });
    const x = (label: string): number =>
      Number(
        new RegExp(`(<line[^>]*aria-label="${label}"|aria-label="${label}"><line[^>]*) `)
          .exec(svg)?.[0]
          .match(/x1="([\d.]+)"/)?.[1],
      );
    return { axis: x('frame'), mark: x('rule') };
  };
  for (const epoch of [0, 140, 300]) {
    const { axis, mark } = placesOf(epoch);
    assert.ok(mark - axis > 8.9, `${epoch}: ${mark} beside ${axis}`);
  }
});

test('values on stems are not joined, and those that are named have their names', () => {
  const stems: Lines = {
    ...loss,
    x: { label: 'frequency k', values: [1, 2, 3, 4] },
    series: [{ name: 'without one k', values: [1e-7, 0.1, 1e-7, 3] }],
    marks: [],
    bands: [],
    dots: true,
    stems: true,
    named: [2, 4],
  };
  const { svg } = draw(stems);
  assert.equal(svg.match(/<circle/g)?.length, 4);
  assert.doesNotMatch(svg, /aria-label="line"/);
  assert.match(svg, /font-weight="bold"[^]*>2<\/text>[^]*>4<\/text>/);
  assertSound(draw(stems));
});
