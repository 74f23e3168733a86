import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { Heatmap } from '../../lib/charts/figure.ts';
import { enlargeSpots } from '../../lib/charts/spots.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';
import { assertSound, rastersOf, readValues, textsOf } from './picture.ts';

const axes = (rows: number, columns: number) => ({
  x: { name: 'b', label: 'b', length: columns },
  y: { name: 'a', label: 'a', length: rows },
});
const random = (n: number, seed: number): number[] => [...new TorchGenerator(seed).normal(n, 1)];

const signed: Heatmap = {
  kind: 'heatmap',
  ...axes(5, 9),
  title: 'A matrix',
  colour: { name: 'value', label: 'value', signed: true },
  facets: [{ values: random(45, 1) }],
};

test('the pixels of a raster are the matrix, row by row from the top', () => {
  const [raster, bar] = rastersOf(draw(signed)) as [never, never];
  const { values } = signed.facets[0]!;
  const largest = Math.max(...Array.from(values).map(Math.abs));
  assertClose('pixels', readValues(raster, bar, -largest, largest), values, { atol: largest / 100 });
});

test('each facet has its own matrix and all share one scale', () => {
  for (const [n, p] of [
    [4, 7],
    [7, 113],
    [1, 199],
  ] as const) {
    const facets = Array.from({ length: n }, (_, f) => ({
      name: `Facet ${f}`,
      values: random(p * p, f + 2).map((x) => Math.abs(x) * (f + 1)),
    }));
    const figure = draw({
      kind: 'heatmap',
      ...axes(p, p),
      title: 'Facets',
      colour: { name: 'v', label: 'v', signed: false },
      facets,
    });
    const rasters = rastersOf(figure);
    assert.equal(rasters.length, n + 1);
    const high = Math.max(...facets.flatMap(({ values }) => values));
    facets.forEach(({ values }, f) =>
      assertClose(`facet ${f} of ${n}`, readValues(rasters[f]!, rasters[n]!, 0, high), values, {
        atol: high / 100,
      }),
    );
  }
});

test('a signed scale is symmetric about zero, and zero is nearly white', () => {
  const figure = draw({
    kind: 'heatmap',
    ...axes(1, 3),
    title: 'Signed',
    colour: { ...signed.colour },
    facets: [{ values: [-1, 0, 4] }],
  });
  const [raster] = rastersOf(figure);
  const [negative, zero, positive] = [0, 1, 2].map((i) => [...raster!.rgba.subarray(i * 4, i * 4 + 3)]);
  assert.ok(
    zero!.every((c) => c > 235),
    `zero is ${zero}`,
  );
  assert.ok(negative![0]! > negative![2]! + 20, `negative is red: ${negative}`);
  assert.ok(positive![2]! > positive![0]! + 20, `positive is blue: ${positive}`);
  assert.ok(negative![1]! > positive![1]! + 50, 'a quarter of the largest value has a paler colour');
});

test('axes, facets and the colour bar are named, and nothing is clipped', () => {
  const figure = draw({
    kind: 'heatmap',
    ...axes(6, 6),
    title: 'Attention & <more>',
    subtitle:
      'A sentence long enough to be wrapped into several lines of text under the title of this figure, or so.',
    colour: { name: 'attention', label: 'attention (share)', signed: false },
    facets: [
      { name: 'Head 0', values: random(36, 1) },
      { name: 'Head 1', values: random(36, 2) },
    ],
  });
  const texts = textsOf(figure);
  for (const text of [
    'Attention &amp; &lt;more&gt;',
    'a',
    'b',
    'attention (share)',
    'Head 0',
    'Head 1',
    '0',
    '5',
  ])
    assert.ok(texts.includes(text), `${text} among ${texts.join(' | ')}`);
  assertSound(figure);
});

test('cells, names and row marks can be written out', () => {
  const options: Heatmap = {
    kind: 'heatmap',
    x: { name: 'position', label: 'attended position', length: 3, names: ['a', 'b', '='] },
    y: { name: 'head', label: 'head', length: 2, names: ['Head 0', 'Head 1'] },
    title: 'Pattern',
    colour: { name: 'attention', label: 'attention', signed: false, domain: [0, 1] },
    facets: [{ values: [0.5, 0.25, 0.25, 1, 0, 0] }],
    rowMarks: [
      { at: 0, label: 'first' },
      { at: 1, label: 'second' },
    ],
    numbers: true,
  };
  const figure = draw(options);
  const texts = textsOf(figure);
  for (const text of ['=', 'Head 1', '0.500', '0.250', '1.000', 'second'])
    assert.ok(texts.includes(text), text);
  assertSound(figure);
  const { columns } = tableOf(options);
  assert.deepEqual(Object.keys(columns), ['head', 'position', 'attention']);
  assert.deepEqual(columns['head'], ['Head 0', 'Head 0', 'Head 0', 'Head 1', 'Head 1', 'Head 1']);
  assert.deepEqual(columns['position'], ['a', 'b', '=', 'a', 'b', '=']);
});

test('losses are written as numbers and coloured by their logarithm', () => {
  const figure = draw({
    ...signed,
    ...axes(1, 4),
    colour: { name: 'loss', label: 'loss', signed: false, by: 'logarithm' },
    facets: [{ values: [2.6e-7, 2.6e-4, 0.262, 4] }],
    numbers: true,
  });
  const texts = textsOf(figure);
  for (const text of ['2.6·10⁻⁷', '0.00026', '0.262', '4', '10⁻⁵']) assert.ok(texts.includes(text), text);
  const [raster, bar] = rastersOf(figure);
  const steps = new Set(
    Array.from({ length: 256 }, (_, i) => [...bar!.rgba.subarray(4 * i, 4 * i + 3)].join()),
  );
  assert.ok(steps.size > 200, `${steps.size} colours on the bar`);
  const colour = (i: number): string => [...raster!.rgba.subarray(4 * i, 4 * i + 3)].join();
  assert.equal(new Set([0, 1, 2, 3].map(colour)).size, 4);
  assertSound(figure);
});

test('a few cells that stand out are drawn larger, of many each is as it is, and the numbers stay', () => {
  const few = Float64Array.from({ length: 113 * 113 }, (_, i) => (i === 113 * 50 + 20 ? 5 : 0.001));
  const shown = enlargeSpots(few, 113, 5, 3);
  assert.equal(shown[113 * 49 + 21], 5);
  assert.equal(Array.from(shown).filter((x) => x === 5).length, 9);
  assert.equal(enlargeSpots(few, 113, 5, 10), few);
  const many = random(113 * 113, 3);
  assert.equal(enlargeSpots(many, 113, 4, 3), many);
  const options: Heatmap = { ...signed, ...axes(113, 113), facets: [{ values: few }], enlarge: true };
  assert.deepEqual(tableOf(options).columns['value'], few);
  assertSound(draw(options));
  assert.match(draw(options).svg, /Cells that stand out are drawn larger\./);
  const plain = { ...options, facets: [{ values: many }] };
  assert.doesNotMatch(draw(plain).svg, /drawn larger/);
});

test('by the root of the size small values show beside a large one', () => {
  const small = (by?: 'root'): number[] => {
    const colour = { name: 'v', label: 'v', signed: true, ...(by && { by }) };
    const [raster] = rastersOf(draw({ ...signed, ...axes(1, 2), colour, facets: [{ values: [100, 4] }] }));
    return [...raster!.rgba.subarray(4, 7)];
  };
  assert.ok(small('root')[0]! < small()[0]! - 20, `${small('root')} and ${small()}`);
});

test('the table has a row per cell of every facet', () => {
  const facets = [
    { name: 'Head 0', values: [1, 2, 3, 4, 5, 6] },
    { name: 'Head 1', values: [7, 8, 9, 10, 11, 12] },
  ];
  const { columns } = tableOf({ ...signed, ...axes(2, 3), facets, facet: 'head' });
  assert.deepEqual(Object.keys(columns), ['head', 'a', 'b', 'value']);
  assert.deepEqual([...(columns['a'] as Int32Array)], [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
  assert.deepEqual([...(columns['b'] as Int32Array)], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  assert.deepEqual([...(columns['value'] as Float64Array)], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(columns['head'], [...new Array(6).fill('Head 0'), ...new Array(6).fill('Head 1')]);
});

test('a matrix of zeros, of one value, or of one cell is drawn', () => {
  for (const values of [[0], [3], [-2]]) {
    for (const isSigned of [true, false])
      assertSound(
        draw({
          kind: 'heatmap',
          ...axes(1, 1),
          title: 'One',
          colour: { ...signed.colour, signed: isSigned },
          facets: [{ values }],
        }),
      );
  }
});

test('values that do not fill the matrix are a mistake', () => {
  assert.throws(() => draw({ ...signed, facets: [{ values: [1, 2] }] }), /2 values for 5 x 9 cells/);
});
