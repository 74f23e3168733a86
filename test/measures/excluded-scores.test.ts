// The fast statistics and scores of neurons and logits, compared with plain ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rows } from '../../lib/measures/group-view.ts';
import { lineSums } from '../../lib/measures/line-sums.ts';
import { scoreExcluded } from '../../lib/measures/losses.ts';
import { neuronStatistics } from '../../lib/measures/neuron-statistics.ts';
import { shiftedExponentials } from '../../lib/numerics/exponentials.ts';
import { createMatrix, type Matrix } from '../../lib/numerics/matrix.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';
import { mean, meanAccuracy, meanLoss, range } from './plain.ts';

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
  test(`losses with parts taken out are those of the plain way: ${what}`, () => {
    const columns = p + 1;
    const [logits, part] = [random(p * p, columns, 4, size), random(p, columns, 5, size)];
    const row = Int32Array.from({ length: p * p }, (_, i) => i);
    const rows = (chosen: Int32Array): Rows => ({
      row: chosen,
      label: chosen.map((i) => (Math.floor(i / p) + (i % p)) % p),
    });
    const sets = {
      train: rows(row.filter((i) => i % 3 === 0)),
      test: rows(row.filter((i) => i % 3 > 0)),
      unknown: rows(new Int32Array()),
    };
    const scored = scoreExcluded(sets, logits, [null, part]);
    for (const [i, taken] of [0, 1].entries())
      for (const set of ['train', 'test'] as const) {
        const plainly = [...sets[set].row].map((at, j) => {
          const label = sets[set].label[j]!;
          const left = range(columns).map(
            (c) => logits.data[at * columns + c]! - taken * part.data[label * columns + c]!,
          );
          return { logits: left, label };
        });
        assertClose('loss', [scored[i]!.loss[set]], [meanLoss(plainly)], { rtol: 1e-10 });
        assert.equal(scored[i]!.accuracy[set], meanAccuracy(plainly));
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
  const once = neuronStatistics(pre);
  for (const [name, grid] of [
    ['pre', pre],
    ['post', post],
  ] as const) {
    assertClose(`${name} sums`, once[name].sums.data, lineSums(grid, 'a + b').data, { atol: 1e-12 });
    const energy = range(5).map((j) => {
      const column = range(p * p).map((i) => grid.data[i * 5 + j]!);
      return column.reduce((sum, x) => sum + (x - mean(column)) ** 2, 0);
    });
    assertClose(`${name} energy`, once[name].energy, energy, { rtol: 1e-11, atol: 1e-25 });
  }
  assert.deepEqual([once.post.energy[1], once.post.energy[2], once.pre.energy[2]], [0, 0, 0]);
});
