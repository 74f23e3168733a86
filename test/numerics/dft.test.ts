import { test } from 'node:test';
import { createDft, magnitudes } from '../../lib/numerics/dft.ts';
import { makeFourierBasis } from '../../lib/numerics/fourier-basis.ts';
import { columnOf, multiply, createMatrix } from '../../lib/numerics/matrix.ts';
import { TorchGenerator } from '../../lib/numerics/torch-generator.ts';
import { assertClose } from '../assert-close.ts';

const randomVector = (n: number, seed = 1): Float64Array =>
  Float64Array.from(new TorchGenerator(seed).normal(n, 1));

/** The definition, term by term. */
function directDft(x: Float64Array): { re: Float64Array; im: Float64Array } {
  const n = x.length;
  const sum = (k: number, part: (angle: number) => number): number =>
    x.reduce((total, value, t) => total + value * part((-2 * Math.PI * ((k * t) % n)) / n), 0);
  return {
    re: Float64Array.from({ length: n }, (_, k) => sum(k, Math.cos)),
    im: Float64Array.from({ length: n }, (_, k) => sum(k, Math.sin)),
  };
}

test('the transform equals the sum that defines it, for prime, composite, small and large lengths', () => {
  for (const n of [1, 2, 3, 5, 7, 9, 15, 16, 45, 53, 97, 113, 128, 199, 499]) {
    const x = randomVector(n, n);
    const [actual, expected] = [createDft(n)(x), directDft(x)];
    assertClose(`real part, n = ${n}`, actual.re, expected.re, { atol: 1e-13 * n });
    assertClose(`imaginary part, n = ${n}`, actual.im, expected.im, { atol: 1e-13 * n });
  }
});

test('one transform serves many vectors', () => {
  const dft = createDft(113);
  const [x, y] = [randomVector(113, 1), randomVector(113, 2)];
  const first = dft(x);
  dft(y);
  assertClose('again', dft(x).re, first.re, {});
});

test('Parseval: the squared spectrum sums to n times the squared vector', () => {
  for (const n of [53, 113, 225]) {
    const x = randomVector(n, n);
    const { re, im } = createDft(n)(x);
    const power = re.reduce((sum, value, k) => sum + value ** 2 + im[k]! ** 2, 0);
    assertClose(`n = ${n}`, [power], [n * x.reduce((sum, value) => sum + value ** 2, 0)], { rtol: 1e-12 });
  }
});

test('magnitudes are the norms of the sine and cosine coefficients in the Fourier basis', () => {
  for (const p of [5, 53, 113]) {
    const x = randomVector(p, p);
    const c = columnOf(multiply(makeFourierBasis(p).F, createMatrix(p, 1, x)), 0);
    const expected = Float64Array.from({ length: (p >> 1) + 1 }, (_, k) =>
      k === 0 ? Math.sqrt(p) * Math.abs(c[0]!) : Math.sqrt(p / 2) * Math.hypot(c[2 * k - 1]!, c[2 * k]!),
    );
    assertClose(`p = ${p}`, magnitudes(createDft(p)(x)), expected, { atol: 1e-12 });
  }
});
