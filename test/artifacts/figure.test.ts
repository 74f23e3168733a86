import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFigure } from '../../lib/artifacts/figure.ts';
import { draw } from '../../lib/charts/draw.ts';
import type { Criteria } from '../../lib/charts/figure.ts';
import { readArrow } from '../../lib/files/arrow.ts';
import { decodePng } from '../charts/decode-png.ts';

const figure: Criteria = {
  kind: 'criteria',
  title: 'Is it one?',
  criteria: [{ name: 'accuracy', value: 0.5, from: 0.9, to: null, met: false, needed: true, source: 'me' }],
};

test('a figure is written as SVG, as PNG of twice the size, and as Arrow with the types of its columns', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grokscope-figure-'));
  try {
    await writeFigure(folder, 'one', figure);
    assert.deepEqual((await readdir(folder)).sort(), ['one.arrow', 'one.png', 'one.svg']);
    const { svg, width, height } = draw(figure);
    assert.equal(await readFile(join(folder, 'one.svg'), 'utf8'), svg);
    const picture = decodePng(await readFile(join(folder, 'one.png')));
    assert.deepEqual([picture.width, picture.height], [2 * width, 2 * height]);
    const { schema, columns } = await readArrow(join(folder, 'one.arrow'));
    const types = Object.entries(schema.columns).map(([name, { type }]) => `${name} ${type}`);
    assert.deepEqual(types, [
      ...['criterion utf8', 'value float64', 'from float64', 'to float64'],
      ...['met int32', 'needed int32', 'source utf8'],
    ]);
    assert.equal(schema.metadata['to'], 'NaN: no border on that side');
    assert.deepEqual([columns['criterion'], columns['to']], [['accuracy'], Float64Array.of(NaN)]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
