// The discrete Fourier transform of any length N, X_k = sum over t of x_t exp(-2 pi i k t / N).
// fft.js, imported only here, takes only powers of two, so Bluestein's algorithm (1970) turns the transform into a
// convolution of power-of-two length: with chirp c_t = exp(-pi i t^2 / N), X_k = c_k sum over t of (x_t c_t) c*_(k-t).
import FFT from 'fft.js';

export interface Spectrum {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A transform of real vectors of length n; make it once for many vectors. */
export function createDft(n: number): (values: ArrayLike<number>) => Spectrum {
  let size = 2;
  while (size < 2 * n - 1) size *= 2;
  const fft = new FFT(size);
  // t^2 is reduced mod 2n before it becomes an angle: large angles would cost digits.
  const angles = Float64Array.from({ length: n }, (_, t) => (Math.PI * ((t * t) % (2 * n))) / n);
  const chirp = { re: angles.map(Math.cos), im: angles.map((angle) => -Math.sin(angle)) };
  const kernel = new Float64Array(2 * size);
  for (let t = 0; t < n; t++)
    for (const at of t === 0 ? [0] : [t, size - t]) {
      kernel[2 * at] = chirp.re[t]!;
      kernel[2 * at + 1] = -chirp.im[t]!;
    }
  const kernelSpectrum = new Float64Array(2 * size);
  fft.transform(kernelSpectrum, kernel);

  return (values) => {
    if (values.length !== n) throw new Error(`transform of length ${n} got ${values.length} values`);
    const work = new Float64Array(2 * size);
    for (let t = 0; t < n; t++) {
      work[2 * t] = values[t]! * chirp.re[t]!;
      work[2 * t + 1] = values[t]! * chirp.im[t]!;
    }
    const product = new Float64Array(2 * size);
    fft.transform(product, work);
    for (let i = 0; i < 2 * size; i += 2) {
      const [a, b, c, d] = [product[i]!, product[i + 1]!, kernelSpectrum[i]!, kernelSpectrum[i + 1]!];
      product[i] = a * c - b * d;
      product[i + 1] = a * d + b * c;
    }
    fft.inverseTransform(work, product);
    const [re, im] = [new Float64Array(n), new Float64Array(n)];
    for (let k = 0; k < n; k++) {
      const [a, b, c, d] = [work[2 * k]!, work[2 * k + 1]!, chirp.re[k]!, chirp.im[k]!];
      re[k] = a * c - b * d;
      im[k] = a * d + b * c;
    }
    return { re, im };
  };
}

/** abs(FFT) at frequencies 0 .. n//2. For a real vector the others repeat these. */
export function magnitudes({ re, im }: Spectrum): Float64Array {
  return Float64Array.from({ length: (re.length >> 1) + 1 }, (_, k) => Math.hypot(re[k]!, im[k]!));
}
