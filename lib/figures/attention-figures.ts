// Attention scores by frequency as this project draws them.
import type { Matrix } from '../analysis/matrix.ts';
import type { BarsOptions } from './bars.ts';

/** What each frequency contributes to the scores of each head, of coefficients [p, n_heads] in the Fourier basis. */
export function attentionBars({ rows: p, columns: n_heads, data }: Matrix): BarsOptions {
  const frequencies = Array.from({ length: p >> 1 }, (_, i) => i + 1);
  return {
    title: 'Attention scores by frequency',
    subtitle:
      'Norm of sine and cosine, over the numbers, of what a number adds to the score that = gives it.',
    x: { label: 'frequency k', values: frequencies },
    y: { label: 'norm' },
    series: Array.from({ length: n_heads }, (_, h) => ({
      name: `Head ${h}`,
      values: frequencies.map((k) =>
        Math.hypot(data[(2 * k - 1) * n_heads + h]!, data[2 * k * n_heads + h]!),
      ),
    })),
  };
}
