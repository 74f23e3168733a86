import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logitMapInBasis } from '../../lib/network/composites.ts';
import {
  energyShare,
  fourierNorms,
  frequencyComponents,
  makeFourierBasis,
  normsByFrequency,
} from '../../lib/numerics/fourier-basis.ts';
import { createMatrix, frobeniusNorm, multiply, transpose } from '../../lib/numerics/matrix.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';

test('the Fourier basis is orthonormal', () => {
  for (const p of [2, 3, 4, 5, 9, 52, 53, 58, 113, 199]) {
    const { F } = makeFourierBasis(p);
    const identity = Float64Array.from({ length: p * p }, (_, i) => (i % (p + 1) === 0 ? 1 : 0));
    assertClose(`F F^T, p = ${p}`, multiply(F, transpose(F)).data, identity, { atol: 1e-13 });
  }
});

test('rows are named Constant, Sin 1, Cos 1, ... and are those functions', () => {
  const { F, names } = makeFourierBasis(7);
  assert.deepEqual(names, ['Constant', 'Sin 1', 'Cos 1', 'Sin 2', 'Cos 2', 'Sin 3', 'Cos 3']);
  const t = Array.from({ length: 7 }, (_, i) => i);
  const row = (i: number): Float64Array => F.data.subarray(i * 7, (i + 1) * 7);
  assertClose(
    'Constant',
    row(0),
    t.map(() => 7 ** -0.5),
    { atol: 1e-15 },
  );
  assertClose(
    'Sin 3',
    row(5),
    t.map((x) => Math.sqrt(2 / 7) * Math.sin((6 * Math.PI * x) / 7)),
    { atol: 1e-14 },
  );
  assertClose(
    'Cos 2',
    row(4),
    t.map((x) => Math.sqrt(2 / 7) * Math.cos((4 * Math.PI * x) / 7)),
    { atol: 1e-14 },
  );
});

test('of an even number, the last frequency has a cosine alone, with the norm of the others', () => {
  const { F, names } = makeFourierBasis(4);
  assert.deepEqual(names, ['Constant', 'Sin 1', 'Cos 1', 'Cos 2']);
  assertClose('Cos 2', F.data.subarray(12), [0.5, -0.5, 0.5, -0.5], { atol: 1e-15 });
  const { sin, cos } = normsByFrequency(Float64Array.of(1, 2, 3, 4));
  assert.deepEqual([...sin, ...cos], [2, 0, 3, 4]);
  const values = Float64Array.of(3, 1, 4, 1);
  const waves = frequencyComponents(values, [1, 2]);
  const mean = (3 + 1 + 4 + 1) / 4;
  assertClose(
    'sum of waves',
    values.map((_, t) => mean + waves[0]![t]! + waves[1]![t]!),
    values,
    { atol: 1e-14 },
  );
});

test('a matrix keeps its norm in the basis, and the norms of its rows add up to it', () => {
  const [p, d_mlp] = [53, 20];
  const W_logit = createMatrix(d_mlp, p, Float64Array.from(new TorchGenerator(3).normal(p * d_mlp, 1)));
  const norms = fourierNorms(logitMapInBasis(makeFourierBasis(p), W_logit));
  assertClose('norm', [Math.hypot(...norms.all)], [frobeniusNorm(W_logit)], { rtol: 1e-13 });
  assert.equal(norms.sin.length + norms.cos.length + 1, p);
  assertClose(
    'all frequencies and the constant',
    [
      energyShare(
        norms,
        Array.from({ length: p >> 1 }, (_, i) => i + 1),
      ) +
        norms.constant ** 2 / frobeniusNorm(W_logit) ** 2,
    ],
    [1],
    { rtol: 1e-13 },
  );
});

test('a pure cosine has its whole norm in one row', () => {
  const p = 11;
  const column = Float64Array.from({ length: p }, (_, t) => Math.cos((2 * Math.PI * 4 * t) / p));
  const norms = fourierNorms(multiply(makeFourierBasis(p).F, createMatrix(p, 1, column)));
  assertClose('cos', norms.cos, [0, 0, 0, Math.sqrt(p / 2), 0], { atol: 1e-14 });
  assertClose('sin', norms.sin, [0, 0, 0, 0, 0], { atol: 1e-14 });
  assertClose('share', [energyShare(norms, [4]), energyShare(norms, [3])], [1, 0], { atol: 1e-14 });
});
