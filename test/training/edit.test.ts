// Interventions on the first weights: each changes what it names and nothing else.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { viewGroup, type GroupView } from '../../lib/measures/group-view.ts';
import { Failure } from '../../lib/files/failure.ts';
import type { Model } from '../../lib/network/biases.ts';
import {
  flattenWeights,
  viewWeights,
  WEIGHT_NAMES,
  type ModelConfig,
  type Weights,
} from '../../lib/network/config.ts';
import { embeddingInBasis } from '../../lib/network/composites.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { readModel } from '../../lib/network/model-file.ts';
import { makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { rowNorms, toMatrix } from '../../lib/numerics/matrix.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { gridRows } from '../../lib/task/split.ts';
import { applyEdits, editStart, type Edit } from '../../lib/training/edit.ts';
import { assertClose } from '../assert-close.ts';

const config: ModelConfig = { p: 7, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 16 };
const weights = initialWeights(config, 3);
const viewOf = (p: number, operation: Operation = 'add'): GroupView => {
  const grid = gridRows(p, operation);
  return viewGroup({
    task: { p, operation },
    grid,
    train: grid,
    test: { a: new Int32Array(), b: new Int32Array(), label: new Int32Array() },
    why_no_split: null,
  });
};
const network = { config, weights, biases: null };
const NO_MODELS = new Map<string, Weights>();
const edit = (...edits: Edit[]): Weights => applyEdits(network, viewOf(7), edits, NO_MODELS);

/** Names of the weights that are another tensor now. */
const changed = (edited: Weights): string[] => WEIGHT_NAMES.filter((name) => edited[name] !== weights[name]);

test('frequencies of W_E are removed or kept, the row of = and everything else stays', () => {
  const norms = (each: Weights): Float64Array =>
    rowNorms(embeddingInBasis(makeFourierBasis(7), toMatrix(each.W_E, { rows: 7 })));
  const before = norms(weights);
  for (const [change, gone] of [
    ['remove', [3, 4]],
    ['keep', [1, 2, 5, 6]],
  ] as const) {
    const edited = edit({ W_E: change, frequencies: [2] });
    assert.deepEqual(changed(edited), ['W_E']);
    const expected = before.map((norm, row) => ((gone as readonly number[]).includes(row) ? 0 : norm));
    assertClose(change, [...norms(edited)], [...expected], { atol: 1e-6 });
    assert.deepEqual(edited.W_E.data.slice(7 * 8), weights.W_E.data.slice(7 * 8));
  }
});

test('frequencies are those of the group: of a product, over discrete logarithms, and the row of 0 stays', () => {
  const view = viewOf(7, 'multiply');
  assert.equal(view.n, 6);
  const edited = applyEdits(network, view, [{ W_E: 'remove', frequencies: [3] }], NO_MODELS);
  // At n/2 there is a cosine alone: 1, -1, 1, ... in the order of logarithms to the base 3.
  const powers = [1, 3, 2, 6, 4, 5];
  for (let column = 0; column < 8; column++) {
    const at = (each: Weights, number: number): number => each.W_E.data[number * 8 + column]!;
    const part = powers.reduce((sum, number, i) => sum + (-1) ** i * at(weights, number), 0) / 6;
    const expected = powers.map((number, i) => at(weights, number) - (-1) ** i * part);
    assertClose(
      'rows',
      powers.map((number) => at(edited, number)),
      expected,
      { atol: 1e-6 },
    );
    assert.equal(at(edited, 0), at(weights, 0));
  }
});

test('a zeroed head writes nothing, and neither do neurons that are zeroed or not kept', () => {
  const head = edit({ head: 1, zero: true });
  assert.deepEqual(changed(head), ['W_O']);
  assert.ok(head.W_O.data.every((value, i) => (i < 4 * 8 ? value === weights.W_O.data[i] : value === 0)));
  for (const [one, isSilent] of [
    [{ neurons: [0, 5], zero: true }, (j: number) => j === 0 || j === 5],
    [{ neurons: [0, 5], keep: true }, (j: number) => j !== 0 && j !== 5],
  ] as const) {
    const edited = edit(one);
    assert.deepEqual(changed(edited), ['W_out']);
    const expected = weights.W_out.data.map((value, i) => (isSilent(Math.floor(i / 8)) ? 0 : value));
    assert.deepEqual(edited.W_out.data, expected);
  }
});

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const view53 = viewOf(53);
let trained: Model;
before(async () => {
  trained = await readModel(fixture('trained-p53.safetensors'));
});

test('neurons of a frequency are those whose best frequency it is', async () => {
  const silent = (change: 'zero' | 'keep', frequency: number): number[] => {
    const one = { neurons: { frequency }, [change]: true } as unknown as Edit;
    const { data } = applyEdits(trained, view53, [one], NO_MODELS).W_out;
    const rows = Array.from({ length: 512 }, (_, j) => data.subarray(j * 128, (j + 1) * 128));
    return rows.flatMap((row, j) => (row.every((value) => value === 0) ? [j] : []));
  };
  const golden = JSON.parse(await readFile(fixture('trained-p53.json'), 'utf8')) as {
    neuron_frequency: number[];
    key_frequencies: { neurons: number[] };
  };
  const neuronsOf = (isIn: (best: number) => boolean): number[] =>
    golden.neuron_frequency.flatMap((best, j) => (isIn(best) ? [j] : []));
  const [first] = golden.key_frequencies.neurons;
  const without = Array.from({ length: 26 }, (_, i) => i + 1).find(
    (k) => !golden.neuron_frequency.includes(k),
  );
  for (const k of [first!, without!])
    assert.deepEqual(
      silent('zero', k),
      neuronsOf((best) => best === k),
      `${k}`,
    );
  assert.deepEqual(
    silent('keep', first!),
    neuronsOf((best) => best !== first),
  );
});

test('edits are applied in order, and no edits give the network itself', () => {
  assert.equal(edit(), weights);
  const both = edit({ head: 0, zero: true }, { W_E: 'keep', frequencies: [1] });
  assert.deepEqual(changed(both), ['W_E', 'W_O']);
});

test('a part that this network does not have is refused by its number', () => {
  const cases: [Edit, RegExp][] = [
    [
      { W_E: 'keep', frequencies: [1, 4] },
      /"frequencies":\[1,4\]\}: there is no 4 \(frequencies are 1 to 3\)$/,
    ],
    [{ head: 2, zero: true }, /there is no 2 \(heads are 0 to 1\)$/],
    [{ neurons: [16], keep: true }, /there is no 16 \(neurons are 0 to 15\)$/],
  ];
  for (const [one, message] of cases)
    assert.throws(
      () => edit(one),
      (error) => error instanceof Failure && message.test(error.message),
    );
  assert.throws(
    () => applyEdits(network, viewOf(7, 'quadratic'), [{ W_E: 'keep', frequencies: [1] }], NO_MODELS),
    /^Failure: train\.edit: \{"W_E":"keep","frequencies":\[1\]\}: \S+/,
  );
});

test('moments of a weight that an edit changes are zero, those of others stay', () => {
  const flat = flattenWeights(config, weights);
  const [m, v] = [flat.map(() => 1), flat.map(() => 2)];
  const origin = { config, operation: 'add', seed: 3 };
  const start = { origin, first: () => ({ weights: flat, m, v, step: 25 }), parent: null };
  const first = editStart(start, viewOf(7), [{ W_E: 'remove', frequencies: [1] }], NO_MODELS).first();
  assert.equal(first.step, 25);
  for (const [moment, value] of [
    [first.m!, 1],
    [first.v!, 2],
  ] as const) {
    const views = viewWeights(config, moment);
    for (const name of WEIGHT_NAMES)
      assert.ok(
        views[name].data.every((x) => x === (name === 'W_E' ? 0 : value)),
        name,
      );
  }
  assert.ok(m.every((value) => value === 1));
});
