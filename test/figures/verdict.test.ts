import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClock, type Criterion, type Evidence } from '../../lib/analysis/verdict.ts';
import { textWidth } from '../../lib/figures/style.ts';
import { criteriaTable, verdictTable } from '../../lib/figures/verdict-figure.ts';
import { assertSound, elementsOf, placeOf, textsOf } from './picture.ts';

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
const criteria: Criterion[] = [
  criterion('accuracy', 0.98765, { from: 0.99, met: false, needed: true }),
  criterion('ratio', -0.0000123456, { to: 1 }),
  criterion('frequencies', 5, { from: 1, to: 6 }),
];

test('a row has the name of a criterion, its number, its border and its source', () => {
  const texts = elementsOf(verdictTable('no', 'Rule', criteria), 'text').filter((each) => each['transform']);
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
  const figure = verdictTable('partly', 'Rule', criteria);
  const [met, unmet] = elementsOf(figure, 'rect').map(({ fill }) => fill);
  assert.notEqual(met, unmet);
  const signs = elementsOf(figure, 'path').sort((one, other) => placeOf(one)[1] - placeOf(other)[1]);
  assert.deepEqual(
    signs.map(({ fill, d }) => [fill, d!.includes('A') ? 'round' : 'square']),
    [
      [unmet, 'square'],
      [met, 'round'],
      [met, 'round'],
    ],
  );
  const texts = textsOf(figure);
  assert.ok(texts.indexOf('met') < texts.indexOf('not met'));
});

test('the title answers', () => {
  const titles = (['yes', 'partly', 'no'] as const).map(
    (clock) => textsOf(verdictTable(clock, 'Rule', criteria))[0],
  );
  assert.deepEqual(titles, [
    'Yes: this network is a clock',
    'Partly: this network is a clock in some respects',
    'No: this network is not a clock',
  ]);
});

test('the criteria of a verdict have room beside each other, and nothing is clipped', () => {
  const evidence: Evidence = {
    p: 113,
    test_accuracy: 1 / 3,
    key_frequencies: 56,
    energy_in_key_frequencies_W_E: 1 / 3,
    energy_in_key_frequencies_W_L: 1 / 3,
    logit_explained: 0.0001234,
    restricted_loss: 123_456,
    full_loss: 1e-7,
    excluded_loss: 1e-7,
    neurons_in_clusters: 1 / 3,
    gradient_symmetricity: -0.00001234,
    distance_irrelevance: 1 / 3,
    circularity: 1 / 3,
  };
  const { clock, rule, criteria } = judgeClock(evidence);
  const figure = verdictTable(clock, rule, criteria);
  assertSound(figure);
  const boxes = elementsOf(figure, 'text').flatMap((each) => {
    if (!each['transform']) return [];
    const width = textWidth(each['text']!, Number(each['font-size']), each['font-weight'] === 'bold');
    const [x, y] = placeOf(each);
    const left = each['text-anchor'] === 'end' ? x - width : x;
    return [{ text: each['text']!, left, right: left + width, y }];
  });
  assert.equal(boxes.length, 4 * criteria.length);
  for (const one of boxes)
    for (const other of boxes)
      if (one !== other && one.y === other.y)
        assert.ok(
          one.right < other.left || other.right < one.left,
          `"${one.text}" runs into "${other.text}"`,
        );
});

test('the table of a verdict has a row a criterion, NaN where there is no border', () => {
  assert.deepEqual(criteriaTable(criteria).columns, {
    criterion: ['accuracy', 'ratio', 'frequencies'],
    value: Float64Array.from([0.98765, -0.0000123456, 5]),
    from: Float64Array.from([0.99, NaN, 1]),
    to: Float64Array.from([NaN, 1, 6]),
    met: Int32Array.from([0, 1, 1]),
    needed: Int32Array.from([1, 0, 0]),
    source: ['source of accuracy', 'source of ratio', 'source of frequencies'],
  });
});
