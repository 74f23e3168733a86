// The sum of squares of every weight: what weight decay works on (the paper says norm, its code sums squares).
import type { ModelConfig, Weights } from '../network/config.ts';
import { toStateDict } from '../network/model-file.ts';

/** By TransformerLens' names, every entry of every weight (the row of `=` too). */
export function sumSquaredWeights(config: ModelConfig, weights: Weights): Record<string, number> {
  return Object.fromEntries(
    Object.entries(toStateDict(config, weights))
      .filter(([name]) => name.includes('W_'))
      .map(([name, { data }]) => [name, data.reduce((sum, x) => sum + x * x, 0)]),
  );
}
