// What measure() says of a network is what the plain formulas say of it when its numbers and answers are renumbered by hand:
// groups of odd and of even order, answers outside the group, and the smallest orders there are.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLUMNS, legendOf, type Values } from '../../lib/measures/columns.ts';
import { gridByIndex, viewGroup } from '../../lib/measures/group-view.ts';
import { findKeyFrequencies } from '../../lib/measures/key-frequencies.ts';
import { measureLast } from '../../lib/measures/last.ts';
import { measure } from '../../lib/measures/measure.ts';
import { SCALAR_FIGURES } from '../../lib/measures/shown.ts';
import { bestFrequencies, frequencyShares } from '../../lib/measures/neuron-frequencies.ts';
import { flattenWeights, type ModelConfig, type Weights } from '../../lib/network/config.ts';
import { runNetwork } from '../../lib/network/forward.ts';
import { embeddingGradients } from '../../lib/network/gradient.ts';
import { initialWeights } from '../../lib/network/initial.ts';
import { createMatrix } from '../../lib/numerics/matrix.ts';
import { computeSvd, effectiveRank } from '../../lib/numerics/svd.ts';
import type { Operation } from '../../lib/task/operations.ts';
import { gridRows, takeRows } from '../../lib/task/split.ts';
import { assertClose } from '../assert-close.ts';
import { plainForward } from '../network/plain-forward.ts';
import * as plain from './plain.ts';
import { range, type Vector } from './plain.ts';

/** Numbers by index of the first operand and of the second, by hand; answers have the indices of first operands. */
function renumber(p: number, operation: Operation): { A: number[]; B: number[] } {
  if (operation === 'add' || operation === 'subtract') {
    const sign = operation === 'add' ? 1 : p - 1;
    return { A: range(p), B: range(p).map((i) => (sign * i) % p) };
  }
  const powers = (g: number): number[] => range(p - 1).map((i) => range(i).reduce((x) => (x * g) % p, 1));
  const A = range(p)
    .map(powers)
    .find((all) => new Set(all).size === p - 1 && !all.includes(0))!;
  const inverse = (b: number): number => range(p).find((x) => (x * b) % p === 1)!;
  return { A, B: operation === 'multiply' ? A : A.map(inverse) };
}

function setUp(p: number, operation: Operation, seed = 5) {
  const config = { p, d_model: 8, n_heads: 2, d_head: 4, d_mlp: 6 };
  const drawn = initialWeights(config, seed);
  const weights = Object.fromEntries(
    Object.entries(drawn).map(([name, of]) => [name, { ...of, data: of.data.map((x) => 1.5 * x) }]),
  ) as unknown as Weights;
  const grid = gridRows(p, operation);
  const rows = [...grid.a.keys()];
  const every = (which: (i: number) => boolean) => takeRows(grid, Int32Array.from(rows.filter(which)));
  const sets = { train: every((i) => i % 3 !== 1), test: every((i) => i % 3 === 1) };
  const run = { task: { p, operation }, grid, ...sets, why_no_split: null };
  return { config, weights, sets, run };
}

/** All measures by the plain formulas, under the names of the catalogue. */
function measurePlainly(
  config: ModelConfig,
  weights: Weights,
  { A, B }: ReturnType<typeof renumber>,
  { sets }: ReturnType<typeof setUp>,
  key: Vector,
): Record<string, number | readonly number[]> {
  const n = A.length;
  const columns = [...A, ...range(config.p).filter((c) => !A.includes(c))];
  const flat = Float64Array.from(flattenWeights(config, weights));
  const inOrder = (a: number, b: number): Vector => {
    const { logits } = plainForward(config, flat, a, b);
    return columns.map((c) => logits[c]!);
  };
  const runs = range(n * n).map((i) => {
    const [a, b] = [A[Math.floor(i / n)]!, B[i % n]!];
    return { post: plainForward(config, flat, a, b).post, logits: inOrder(a, b) };
  });
  const answer = (i: number): number => (Math.floor(i / n) + (i % n)) % n;
  const L = runs.map(({ logits }) => logits);
  const columnOf = (c: number): Vector => L.map((row) => row[c]!);
  const byColumn = (of: (c: number) => Vector): Vector[] => {
    const all = columns.map((_, c) => of(c));
    return range(n * n).map((i) => all.map((column) => column[i]!));
  };
  const minus = (x: readonly Vector[], y: readonly Vector[]): Vector[] =>
    x.map((row, i) => row.map((value, c) => value - (y[i]![c] ?? 0)));
  const T = byColumn((c) => plain.trigPart(n, columnOf(c), key));
  const m = range(config.d_mlp).map((j) =>
    plain.trigPart(
      n,
      runs.map(({ post }) => post[j]!),
      key,
    ),
  );
  const W_logit = range(config.d_mlp).map((j) =>
    columns.map((c) =>
      range(config.d_model).reduce(
        (sum, d) => sum + weights.W_out.data[j * config.d_model + d]! * weights.W_U.data[d * config.p + c]!,
        0,
      ),
    ),
  );
  const throughNeurons = byColumn((c) =>
    range(n * n).map((i) => range(config.d_mlp).reduce((sum, j) => sum + m[j]![i]! * W_logit[j]![c]!, 0)),
  );
  const means = columns.map((_, c) => plain.mean(columnOf(c)));
  const withMean = (part: readonly Vector[]): Vector[] => part.map((row) => row.map((x, c) => x + means[c]!));
  const alpha = plain.cosineCoefficients(n, L);
  const cosines = plain.cosineLogits(n, alpha, key);
  const answers = L.map((row) => row.slice(0, n));
  const norm = (rows: readonly Vector[]): number => plain.dot(rows.flat(), rows.flat());
  const explained = key.reduce((sum, k) => sum + alpha[k - 1]! ** 2, 0);
  const W_E = range(config.d_model).map((d) => A.map((a) => weights.W_E.data[a * config.d_model + d]!));
  const ofAnswers = W_logit.map((row) => row.slice(0, n));
  const result: Record<string, number | readonly number[]> = {
    logit_explained_by_key: explained / norm(answers),
    logit_explained_by_key_centred:
      explained / norm(answers.map((row) => row.map((x) => x - plain.mean(row)))),
    trig_ratio_neuron_post: plain.mean(
      range(config.d_mlp).flatMap((j) =>
        plain.trigShare(
          n,
          runs.map(({ post }) => post[j]!),
          key,
        ),
      ),
    ),
    trig_ratio_logits: plain.mean(range(n).flatMap((c) => plain.trigShare(n, columnOf(c), key))),
    distance_irrelevance: plain.distanceIrrelevance(
      n,
      L.map((row, i) => row[answer(i)]!),
    ),
    logit_cosine_coefficients: alpha,
    neuron_shares: range(config.d_mlp).map((j) => {
      const post = runs.map((run) => run.post[j]!);
      return plain.neuronShare(n, post, 1);
    }),
  };
  for (const [name, functions] of Object.entries({ W_E, W_logit: ofAnswers })) {
    const norms = plain.normsInBasis(n, functions);
    const powers = range(n >> 1).map((k) =>
      plain
        .waves(n, k + 1)
        .reduce((sum, wave) => sum + functions.reduce((all, f) => all + plain.dot(wave, f) ** 2, 0), 0),
    );
    const total = functions.reduce((sum, f) => sum + plain.dot(f, f), 0);
    const { S } = computeSvd(
      createMatrix(
        n,
        functions.length,
        Float64Array.from(range(n).flatMap((i) => functions.map((f) => f[i]!))),
      ),
    );
    result[`fourier_norms_${name}`] = norms;
    result[`gini_component_norms_${name}`] = plain.gini(norms);
    result[`gini_power_per_frequency_${name}`] = plain.gini(powers);
    result[`energy_in_key_frequencies_${name}`] = key.reduce((sum, k) => sum + powers[k - 1]!, 0) / total;
    result[`effective_rank_${name}`] = effectiveRank(S);
  }
  const inside = (set: 'train' | 'test') => {
    const chosen = [...sets[set].a.keys()].flatMap((i) => {
      const [a, b] = [A.indexOf(sets[set].a[i]!), B.indexOf(sets[set].b[i]!)];
      return a < 0 || b < 0 ? [] : [a * n + b];
    });
    return (rows: readonly Vector[]) => chosen.map((i) => ({ logits: rows[i]!, label: answer(i) }));
  };
  const ofTask = (set: 'train' | 'test') =>
    [...sets[set].a.keys()].map((i) => ({
      logits: inOrder(sets[set].a[i]!, sets[set].b[i]!),
      label: columns.indexOf(sets[set].label[i]!),
    }));
  const losses: [string, string, readonly Vector[]][] = [
    ['loss_in_group', 'accuracy_in_group', L],
    ['restricted_loss_logits', 'restricted_accuracy_logits', withMean(T)],
    ['restricted_loss_neurons', 'restricted_accuracy_neurons', withMean(throughNeurons)],
    ['excluded_loss_logits', 'excluded_accuracy_logits', minus(L, T)],
    ['excluded_loss_neurons', 'excluded_accuracy_neurons', minus(L, throughNeurons)],
    ['loss_of_cosine_logits', 'accuracy_of_cosine_logits', cosines],
    ['excluded_loss_cosines', 'excluded_accuracy_cosines', minus(L, cosines)],
  ];
  for (const set of ['train', 'test'] as const) {
    for (const [loss, accuracy, rows] of losses) {
      result[`${loss}_${set}`] = plain.meanLoss(inside(set)(rows));
      result[`${accuracy}_${set}`] = plain.meanAccuracy(inside(set)(rows));
    }
    result[`loss_${set}`] = plain.meanLoss(ofTask(set));
    result[`accuracy_${set}`] = plain.meanAccuracy(ofTask(set));
  }
  const all = [...ofTask('train'), ...ofTask('test')];
  result['loss_all'] = plain.meanLoss(all);
  result['excluded_loss_logits_all'] = plain.meanLoss(
    minus(L, T).map((logits, i) => ({ logits, label: answer(i) })),
  );
  const without = range(n >> 1).map((k) =>
    minus(
      L,
      byColumn((c) => plain.trigPart(n, columnOf(c), [k + 1])),
    ),
  );
  result['excluded_loss_logits_per_frequency_train'] = without.map((rows) =>
    plain.meanLoss(inside('train')(rows)),
  );
  result['excluded_loss_logits_per_frequency_all'] = without.map((rows) =>
    plain.meanLoss(rows.map((logits, i) => ({ logits, label: answer(i) }))),
  );
  const gradients = embeddingGradients(runNetwork(config, weights), weights);
  result['gradient_symmetricity'] = plain.mean(
    range(100).map((i) => {
      const [a, b, c] = [A[(7 * i) % n]!, B[(11 * i + 3) % n]!, A[(13 * i + 5) % n]!];
      const [x, y] = gradients(a * config.p + b, c).map((gradient) => [...gradient]) as [number[], number[]];
      return plain.dot(x, y) / Math.sqrt(plain.dot(x, x) * plain.dot(y, y));
    }),
  );
  return result;
}

const CASES: readonly (readonly [Operation, number])[] = [
  ['add', 7],
  ['add', 8],
  ['subtract', 7],
  ['subtract', 6],
  ['multiply', 7],
  ['divide', 7],
  ['divide', 11],
  ['multiply', 3],
  ['add', 3],
  ['add', 4],
  ['multiply', 5],
];

for (const [operation, p] of CASES)
  test(`${operation} modulo ${p}: every measure is that of the network renumbered by hand`, () => {
    const { config, weights: given, run, ...rest } = setUp(p, operation);
    const view = viewGroup(run);
    const hand = renumber(p, operation);
    const n = hand.A.length;
    assert.deepEqual([view.n, view.why], [n, null]);
    const weights = view.renumber(given);
    // The last frequency, which for even n has no sine, and the first.
    const key = [...new Set([1, n >> 1])];
    const neurons = runNetwork(config, weights, view.pairs).post;
    const inGroup = createMatrix(n * n, config.d_mlp, neurons.data.subarray(0, n * n * config.d_mlp));
    const found: Values = {
      ...measureLast(view, { config, weights: given, biases: null }, key),
      neuron_shares: frequencyShares(inGroup).data.subarray(0, config.d_mlp),
    };
    const expected = measurePlainly(config, given, hand, { config, weights: given, run, ...rest }, key);
    for (const [name, value] of Object.entries(expected)) {
      const actual = found[name];
      assert.ok(actual !== undefined, `${name} is not measured`);
      const [is, wanted] = [actual, value].map((x) => (typeof x === 'number' ? [x] : [...x]));
      assertClose(name, is!, wanted!, { rtol: 1e-8, ofLargest: 1e-10, atol: 1e-12 });
    }
    assert.ok(findKeyFrequencies(weights, n).every((k) => k >= 1 && k <= n >> 1));
    assert.ok(bestFrequencies(frequencyShares(inGroup)).length === config.d_mlp);
  });

test('values of pairs of numbers are reordered by index', () => {
  const view = viewGroup(setUp(5, 'multiply').run);
  const values = Float32Array.from({ length: 25 }, (_, i) => Math.floor(i / 5) * 10 + (i % 5));
  // Powers of 2 modulo 5: 1, 2, 4, 3.
  assert.deepEqual(Array.from(gridByIndex(view, values).data.slice(0, 8)), [11, 12, 14, 13, 21, 22, 24, 23]);
  assert.deepEqual(Array.from(view.numbers), [1, 2, 4, 3, 0]);
});

test('a task without a group keeps its numbers, its losses are measured, and the reason is said', () => {
  const { config, weights, run } = setUp(7, 'quadratic');
  const view = viewGroup(run);
  assert.match(view.why!, /a² \+ a·b \+ b²/);
  assert.equal(view.renumber(weights), weights);
  const values = measure(view, config, weights, runNetwork(config, weights, view.pairs), null);
  assert.ok(Number.isFinite(values['loss_all']) && Number.isFinite(values['gini_component_norms_W_E']));
  assert.ok(!('distance_irrelevance' in values) && !('restricted_loss_logits_all' in values));
});

test('addition is not renumbered: the network is the very same object, and pairs are the grid', () => {
  const { weights, run } = setUp(7, 'add');
  const view = viewGroup(run);
  assert.equal(view.renumber(weights), weights);
  assert.deepEqual(view.pairs, run.grid);
});

test('the measured columns are those of the catalogue whose needs are met, and the drawn ones are among them', () => {
  const columnsOf = (every: string, ...needs: string[]): string[] =>
    COLUMNS.filter(({ measure }) => measure.every === every && needs.includes(measure.needs)).map(
      ({ column }) => column,
    );
  const measured = (operation: Operation, key: readonly number[] | null): [string[], string[]] => {
    const { config, weights, run } = setUp(7, operation);
    const view = viewGroup(run);
    const network = runNetwork(config, weights, view.pairs);
    return [
      Object.keys(measure(view, config, weights, network, key)).sort(),
      Object.keys(measureLast(view, { config, weights, biases: null }, key)).sort(),
    ];
  };
  const [ofCheckpoint, ofLast] = measured('add', [1, 2]);
  const columns = columnsOf('checkpoint', 'nothing', 'group', 'key');
  assert.deepEqual(ofCheckpoint, columns.sort());
  assert.deepEqual(ofLast, [...columns, ...columnsOf('last', 'nothing', 'group', 'key')].sort());
  for (const found of measured('quadratic', null))
    assert.deepEqual(found, columnsOf('checkpoint', 'nothing').sort());
  for (const { columns } of SCALAR_FIGURES) for (const column of columns) legendOf(column);
  assert.throws(() => legendOf('loss'), /not a measure of the catalogue/);
});
