// Weights with a part of the network taken out, so that everything downstream is recomputed; and what chance removes.
// Sources: Nanda et al. 2023 (heads, MLP), GROKVERSE (frequencies in the embedding, size-matched random controls).
import { createTensor } from '../files/tensor.ts';
import { numberEmbedding } from '../network/composites.ts';
import type { ModelConfig, Weights } from '../network/config.ts';
import { makeFourierBasis } from '../numerics/fourier-basis.ts';
import { createMatrix, multiply, transpose } from '../numerics/matrix.ts';
import { TorchGenerator } from '../numerics/torch-generator.ts';

/** The network without what head h writes: its z at `=` is zero. */
export function withoutHead({ d_model, d_head }: ModelConfig, weights: Weights, head: number): Weights {
  const data = weights.W_O.data.slice();
  data.fill(0, head * d_head * d_model, (head + 1) * d_head * d_model);
  return { ...weights, W_O: createTensor(weights.W_O.shape, data) };
}

/** The network with what the MLP writes dropped. */
export const withoutMlp = (weights: Weights): Weights => ({
  ...weights,
  W_out: createTensor(weights.W_out.shape),
});

/** The network whose number embeddings have only the constant and these frequencies. */
export const withOnlyFrequencies = (
  config: ModelConfig,
  weights: Weights,
  frequencies: readonly number[],
): Weights => withComponents(config, weights, (k) => k === 0 || frequencies.includes(k));

/** The network whose number embeddings lack these frequencies. */
export const withoutFrequencies = (
  config: ModelConfig,
  weights: Weights,
  frequencies: readonly number[],
): Weights => withComponents(config, weights, (k) => !frequencies.includes(k));

/** Projects rows 0 .. p-1 of W_E on the components whose frequency (0 for the constant) is to stay; `=` is left alone. */
function withComponents(
  config: ModelConfig,
  weights: Weights,
  stays: (frequency: number) => boolean,
): Weights {
  const { F } = makeFourierBasis(config.p);
  const masked = createMatrix(
    F.rows,
    F.columns,
    F.data.map((x, i) => (stays((Math.floor(i / F.columns) + 1) >> 1) ? x : 0)),
  );
  const projected = multiply(transpose(masked), multiply(F, numberEmbedding(config, weights)));
  const data = weights.W_E.data.slice();
  data.set(projected.data);
  return { ...weights, W_E: createTensor(weights.W_E.shape, data) };
}

/** As many frequencies as are key, drawn from the others (as many as there are), ascending: `draws` times, seeded. */
export function randomFrequencies(
  p: number,
  key: readonly number[],
  draws: number,
  seed: number,
): number[][] {
  const others = Array.from({ length: p >> 1 }, (_, i) => i + 1).filter((k) => !key.includes(k));
  const generator = new TorchGenerator(seed);
  return Array.from({ length: draws }, () =>
    Array.from(generator.permutation(others.length).subarray(0, key.length), (i) => others[i]!).sort(
      (x, y) => x - y,
    ),
  );
}
