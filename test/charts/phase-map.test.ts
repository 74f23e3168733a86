import assert from 'node:assert/strict';
import { test } from 'node:test';
import { draw, tableOf } from '../../lib/charts/draw.ts';
import type { PhaseMap } from '../../lib/charts/figure.ts';
import { assertSound, axesOf, elementsOf, placeOf, textsOf } from './picture.ts';

const outcomes: PhaseMap = {
  kind: 'phase-map',
  names: { x: 'weight_decay', y: 'train_fraction' },
  title: 'What becomes of training',
  x: { label: 'weight_decay', names: ['0', '1'] },
  y: { label: 'train_fraction', names: ['0.3', '0.5', '0.7'] },
  phases: ['never learns', 'memorises', 'groks'],
  runs: [
    { column: 0, row: 0, phase: 2 },
    { column: 0, row: 0, phase: 0 },
    { column: 0, row: 0, phase: 2 },
    { column: 1, row: 0, phase: 1 },
    { column: 1, row: 2, phase: 1 },
    { column: 1, row: 2, phase: 0 },
  ],
};

/** The legend: one colour per name. */
function coloursOf(figure: ReturnType<typeof draw>): Map<string, string> {
  const squares = elementsOf(figure, 'rect').filter(({ width }) => width === '12');
  const names = elementsOf(figure, 'text').filter(({ dy }) => dy === '0.35em');
  return new Map(squares.map(({ fill }, i) => [fill!, names[i]!['text']!]));
}

test('a cell has the colour of its most frequent phase and says how many runs had it; the later phase wins a tie', () => {
  const figure = draw(outcomes);
  const [axes, colours] = [axesOf(figure), coloursOf(figure)];
  const cells = elementsOf(figure, 'rect').filter((each) => each['aria-label'] === 'rect');
  const drawn = cells.map(({ x, y, width, height, fill }) => [
    axes.x(Number(x) + Number(width) / 2),
    axes.y(Number(y) + Number(height) / 2),
    colours.get(fill!),
  ]);
  assert.deepEqual(drawn.sort(), [
    ['0', '0.3', 'groks'],
    ['1', '0.3', 'memorises'],
    ['1', '0.7', 'memorises'],
  ]);
  const words = elementsOf(figure, 'text').filter(({ text }) => / of \d/.test(text!));
  assert.deepEqual(
    words.map((each) => [axes.x(placeOf(each)[0]), axes.y(placeOf(each)[1]), each['text']]),
    [
      ['0', '0.3', '2 of 3'],
      ['1', '0.3', '1 of 1'],
      ['1', '0.7', '1 of 2'],
    ],
  );
});

test('rows go upwards, columns to the right', () => {
  const figure = draw(outcomes);
  const pixels = (side: 'x' | 'y'): number[] =>
    elementsOf(figure, 'text')
      .filter((each) => each['aria-label'] === `${side}-axis tick label`)
      .map((each) => placeOf(each)[side === 'x' ? 0 : 1]);
  assert.deepEqual(
    pixels('x'),
    pixels('x').toSorted((a, b) => a - b),
  );
  assert.deepEqual(
    pixels('y'),
    pixels('y').toSorted((a, b) => b - a),
  );
});

test('axes and phases of a map are named, and nothing is clipped', () => {
  const figure = draw(outcomes);
  const texts = textsOf(figure);
  for (const text of [outcomes.title, 'weight_decay', 'train_fraction', ...outcomes.phases])
    assert.ok(texts.includes(text), text);
  assert.deepEqual([...coloursOf(figure).values()], outcomes.phases);
  assertSound(figure);
  const one = { names: ['a long name of a value'], label: 'y' };
  assertSound(draw({ ...outcomes, x: one, y: one, runs: [{ column: 0, row: 0, phase: 0 }] }));
  assert.doesNotMatch(draw({ ...outcomes, runs: [] }).svg, /NaN|Infinity/);
});

test('the table of a map has one row per run, in words', () => {
  const { columns } = tableOf(outcomes);
  assert.deepEqual(columns, {
    weight_decay: ['0', '0', '0', '1', '1', '1'],
    train_fraction: ['0.3', '0.3', '0.3', '0.3', '0.7', '0.7'],
    phase: ['groks', 'never learns', 'groks', 'memorises', 'memorises', 'never learns'],
  });
});
