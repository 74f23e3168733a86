import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dodgeLabels, LABEL_HEIGHT } from '../../lib/charts/parts/labels.ts';
import { formatPower, formatTick, linearTicks, logTicks, roundEnd } from '../../lib/charts/numbers.ts';
import { TEXT_SIZE, textWidth, wrapText } from '../../lib/charts/style.ts';

test('labels that would cover each other are moved up, the others stay', () => {
  const y = dodgeLabels([
    { text: 'memorised', x: 100, y: 0 },
    { text: 'far away', x: 500, y: 0 },
    { text: 'close by', x: 110, y: 0 },
    { text: 'close too', x: 120, y: 0 },
  ]);
  assert.deepEqual(y, [0, 0, -LABEL_HEIGHT, -2 * LABEL_HEIGHT]);
});

test('no two of many labels cover each other', () => {
  const labels = Array.from({ length: 40 }, (_, i) => ({
    text: String(i),
    x: (i * 37) % 200,
    y: -((i * 13) % 30),
  }));
  const y = dodgeLabels(labels);
  labels.forEach((label, i) =>
    labels.slice(0, i).forEach((other, j) => {
      const apart = (textWidth(label.text, TEXT_SIZE) + textWidth(other.text, TEXT_SIZE)) / 2;
      const clear = Math.abs(label.x - other.x) >= apart || Math.abs(y[i]! - y[j]!) >= LABEL_HEIGHT;
      assert.ok(clear, `${i} and ${j}`);
    }),
  );
});

test('numbers are written as people write them', () => {
  assert.deepEqual([-7, -1, 0, 2, 3, 12].map(formatPower), ['10⁻⁷', '0.1', '1', '100', '10³', '10¹²']);
  assert.deepEqual([0, 12000, -0.5, 0.30000000000000004, 2e-7].map(formatTick), [
    '0',
    '12,000',
    '−0.5',
    '0.3',
    '2·10⁻⁷',
  ]);
});

test('ticks are round numbers inside the domain', () => {
  assert.deepEqual(
    linearTicks([0, 1], 5).map(({ at }) => at),
    [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1],
  );
  assert.deepEqual(
    linearTicks([-0.7, 2.7], 20, true).map(({ at }) => at),
    [0, 1, 2],
  );
  assert.deepEqual(
    logTicks(3e-8, 40).map(({ at }) => Math.log10(at)),
    [-7, -6, -5, -4, -3, -2, -1, 0, 1],
  );
  assert.deepEqual(
    logTicks(0.3, 4).map(({ name }) => name),
    ['0.5', '1', '2'],
  );
  assert.equal(logTicks(1e-30, 1).length <= 13, true);
});

test('an axis has three numbers at least, as zero alone says nothing of a scale', () => {
  const names = (low: number, high: number, count: number, whole = false): string[] =>
    linearTicks([low, high], count, whole).map(({ name }) => name);
  assert.deepEqual(names(-45, 45, 3.2), ['−40', '−20', '0', '20', '40']);
  assert.deepEqual(names(0, 1.08, 2), ['0', '0.5', '1']);
  for (const low of [-97, -45, -3.1, -0.02, 0, 7])
    for (const size of [0.013, 0.9, 4, 33, 71, 480, 12345])
      for (const count of [1.1, 2, 3.2, 8]) {
        const found = names(low, low + size, count);
        assert.ok(
          found.length >= 3 && found.length <= 2 * count + 8,
          `${low}, ${size}, ${count}: ${found.join(' ')}`,
        );
      }
  assert.deepEqual(names(-0.5, 1.5, 3, true), ['0', '1']);
});

test('an axis ends at a round number just beyond its last value', () => {
  assert.deepEqual(
    [24_999, 2_999, 200, 1_640].map((last) => roundEnd(0, last)),
    [25_000, 3_000, 200, 1_640],
  );
});

test('no word stands alone on the last line, and there are no more lines for that', () => {
  const text = 'Attention paid by = to each position, mean over all 12,769 pairs; rows sum to 1.';
  const wrapped = wrapText(text, 12, 480);
  assert.equal(wrapped.length, 2);
  assert.ok(textWidth(wrapped[1]!, 12) > 0.6 * textWidth(wrapped[0]!, 12), wrapped.join(' | '));
});

test('text is wrapped at spaces and keeps its words', () => {
  const text = 'The first ten columns of U, signs fixed by the largest entry of each';
  const wrapped = wrapText(text, 12, 160);
  assert.ok(wrapped.length > 2);
  assert.equal(wrapped.join(' '), text);
  assert.ok(wrapped.every((line) => textWidth(line, 12) <= 160));
});
