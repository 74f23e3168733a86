import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeClock, type Evidence } from '../../lib/measures/verdict.ts';
import { draw } from '../../lib/charts/draw.ts';
import { textWidth } from '../../lib/charts/style.ts';
import { verdictTable } from '../../stages/logits.figures.ts';
import { assertSound, elementsOf, placeOf } from '../charts/picture.ts';

test('the title answers', () => {
  const titles = (['yes', 'partly', 'no'] as const).map((clock) => verdictTable(clock, 'Rule', []).title);
  assert.deepEqual(titles, [
    'Yes: this network is a clock',
    'Partly: this network is a clock in some respects',
    'No: this network is not a clock',
  ]);
});

test('the criteria of a verdict have room beside each other, and nothing is clipped', () => {
  const evidence: Evidence = {
    answers: 113,
    accuracy: 1 / 3,
    of: 'test',
    key_frequencies: 56,
    energy_in_key_frequencies_W_E: 1 / 3,
    energy_in_key_frequencies_W_logit: 1 / 3,
    logit_explained: 0.0001234,
    restricted_loss: 123_456,
    full_loss: 1e-7,
    excluded_loss: 1e-7,
    excluded_loss_cosines: 1e-7,
    neurons_in_clusters: 1 / 3,
    gradient_symmetricity: -0.00001234,
    distance_irrelevance: 1 / 3,
    circularity: 1 / 3,
  };
  const { clock, rule, criteria } = judgeClock(evidence);
  const figure = draw(verdictTable(clock, rule, criteria));
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
