// The logits of one prompt as a sum of waves over the answers c, one a frequency: mean + sum over k of A_k cos(w_k c - phi_k).
// In a network that adds by trigonometry phi_k = w_k (a + b), so that all waves peak at c = a + b and nowhere else.
import { createDft } from './dft.ts';

/** The wave of each frequency of `chosen` over c, [p] each: of real numbers X_k e^(i w_k c) + its conjugate, over p. */
export function frequencyComponents(logits: Float64Array, chosen: readonly number[]): Float64Array[] {
  const p = logits.length;
  const { re, im } = createDft(p)(logits);
  return chosen.map((k) =>
    Float64Array.from({ length: p }, (_, c) => {
      const angle = (2 * Math.PI * ((k * c) % p)) / p;
      return (2 / p) * (re[k]! * Math.cos(angle) - im[k]! * Math.sin(angle));
    }),
  );
}
