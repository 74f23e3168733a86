import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { Criteria, Criterion } from '../../lib/charts/figure.ts';
import { elementsOf, placeOf, textsOf } from './picture.ts';

const criterion = (name: string, value: number, more: Partial<Criterion>): Criterion => ({
  name,
  value,
  from: null,
  to: null,
  met: true,
  needed: false,
  source: `source of ${name}`,
  ...more,
});
const figure: Criteria = {
  kind: 'criteria',
  title: 'Is it one?',
  subtitle: 'By a rule.',
  criteria: [
    criterion('accuracy', 0.98765, { from: 0.99, met: false, needed: true }),
    criterion('ratio', -0.0000123456, { to: 1 }),
    criterion('frequencies', 5, { from: 1, to: 6 }),
  ],
};

test('a row has the name of a criterion, its number, its border and its source', () => {
  const texts = elementsOf(draw(figure), 'text').filter((each) => each['transform']);
  const rows = new Map<number, [x: number, text: string][]>();
  for (const each of texts) {
    const [x, y] = placeOf(each);
    rows.set(y, [...(rows.get(y) ?? []), [x, each['text']!]]);
  }
  const words = [...rows]
    .sort(([y], [other]) => y - other)
    .map(([, row]) => row.sort(([x], [other]) => x - other));
  assert.deepEqual(
    words.map((row) => row.map(([, text]) => text)),
    [
      ['accuracy (needed)', '0.988', 'at least 0.99', 'source of accuracy'],
      ['ratio', '−1.23·10⁻⁵', 'at most 1', 'source of ratio'],
      ['frequencies', '5', '1 to 6', 'source of frequencies'],
    ],
  );
});

test('a circle is met, a square of another colour is not, as the legend has it', () => {
  const drawing = draw(figure);
  const [met, unmet] = elementsOf(drawing, 'rect').map(({ fill }) => fill);
  assert.notEqual(met, unmet);
  const signs = elementsOf(drawing, 'path').sort((one, other) => placeOf(one)[1] - placeOf(other)[1]);
  assert.deepEqual(
    signs.map(({ fill, d }) => [fill, d!.includes('A') ? 'round' : 'square']),
    [
      [unmet, 'square'],
      [met, 'round'],
      [met, 'round'],
    ],
  );
  const texts = textsOf(drawing);
  assert.deepEqual(texts.slice(0, 2), ['Is it one?', 'By a rule.']);
  assert.ok(texts.indexOf('met') < texts.indexOf('not met'));
});

test('the table of criteria has one row per criterion, NaN where there is no limit', () => {
  assert.deepEqual(tableOf(figure).columns, {
    criterion: ['accuracy', 'ratio', 'frequencies'],
    value: Float64Array.from([0.98765, -0.0000123456, 5]),
    from: Float64Array.from([0.99, NaN, 1]),
    to: Float64Array.from([NaN, 1, 6]),
    met: Int32Array.from([0, 1, 1]),
    needed: Int32Array.from([1, 0, 0]),
    source: ['source of accuracy', 'source of ratio', 'source of frequencies'],
  });
});
