// The fast reading of neurons and logits against the plain one.
import { lineStatistics } from '../../lib/measures/line-sums.ts';
import { scoreExcluded, scoreSets } from '../../lib/measures/losses.ts';
import { neuronStatistics } from '../../lib/measures/neuron-statistics.ts';
import { excludedLogits } from '../../lib/measures/trig-part.ts';
import { shiftedExponentials } from '../../lib/numerics/exponentials.ts';
import { createMatrix, type Matrix } from '../../lib/numerics/matrix.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { gridRows, splitRows, takeRows } from '../../lib/task/split.ts';
import { assertClose } from '../assert-close.ts';
import { test } from 'node:test';

import assert from 'node:assert/strict';

const p = 7;
const random = (rows: number, columns: number, seed: number, size = 1): Matrix =>
  createMatrix(rows, columns, Float64Array.from(new TorchGenerator(seed).normal(rows * columns, size)));

test('exponentials are those of Math.exp within 1e-11, zero where nothing is left', () => {
  const values = Float64Array.from({ length: 20_001 }, (_, i) => -i * 0.035);
  const exps = new Float64Array(values.length);
  shiftedExponentials(values, 0, exps);
  assertClose('exp', exps, values.map(Math.exp), { rtol: 1e-11 });
  const few = new Float64Array(4);
  shiftedExponentials(Float64Array.of(5, -2000, -Infinity, NaN), 5, few);
  assert.deepEqual(Array.from(few), [1, 0, 0, NaN]);
});

for (const [size, what] of [
  [3, 'ordinary logits'],
  [900, 'logits beyond the range of float64 exponentials'],
] as const)
  for (const operation of ['add', 'subtract'] as const)
    test(`losses with parts taken out are those of the plain way: ${what}, ${operation}`, () => {
      const all = gridRows(p, operation);
      const { train, test: heldOut } = splitRows(p, 0.4, 3);
      const sets = { train: takeRows(all, train), test: takeRows(all, heldOut) };
      const logits = random(p * p, p, 4, size);
      const part = random(p, p, 5, size);
      const [full, without] = scoreExcluded(sets, logits, [null, part]);
      const plain = [scoreSets(sets, { byPair: logits }), scoreSets(sets, excludedLogits(logits, part))];
      for (const [i, fast] of [full!, without!].entries()) {
        assertClose('loss', Object.values(fast.loss), Object.values(plain[i]!.loss), { rtol: 1e-10 });
        assert.deepEqual(fast.accuracy, plain[i]!.accuracy);
      }
    });

test('neurons read once give the statistics of both sides of the ReLU, dead ones too', () => {
  const pre = random(p * p, 5, 6);
  for (let i = 0; i < p * p; i++) {
    pre.data[i * 5 + 1] = -Math.abs(pre.data[i * 5 + 1]!);
    pre.data[i * 5 + 2] = 0.1;
  }
  const post = createMatrix(
    p * p,
    5,
    pre.data.map((x) => Math.max(0, x)),
  );
  for (const line of ['a + b', 'a - b'] as const) {
    const once = neuronStatistics(pre, line);
    for (const [name, grid] of [
      ['pre', pre],
      ['post', post],
    ] as const) {
      const { sums, energy } = lineStatistics(grid, line);
      assertClose(`${name} sums`, once[name].sums.data, sums.data, { atol: 1e-12 });
      assertClose(`${name} energy`, once[name].energy, energy, { rtol: 1e-11 });
    }
    assert.deepEqual([once.post.energy[1], once.post.energy[2], once.pre.energy[2]], [0, 0, 0]);
  }
});
