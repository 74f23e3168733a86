// Untrained weights as TransformerLens >= 1.13 draws them: init_mode "gpt2", N(0, 0.8 / sqrt(d_model)) for every
// weight, embeddings and unembedding included, from one generator in the order of WEIGHT_NAMES; biases zero.
import { createTensor, sizeOf, type Tensor } from '../files/tensor.ts';
import { TorchGenerator } from '../numerics/torch-generator.ts';
import { WEIGHT_NAMES, weightShapes, type ModelConfig, type WeightName, type Weights } from './config.ts';

/** The weights with which a run of this seed starts. */
export function initialWeights(config: ModelConfig, seed: number): Weights {
  const generator = new TorchGenerator(seed);
  const shapes = weightShapes(config);
  const deviation = 0.8 / Math.sqrt(config.d_model);
  const entries = WEIGHT_NAMES.map((name) => {
    const shape = shapes[name];
    return [name, createTensor(shape, generator.normal(sizeOf(shape), deviation))] as const;
  });
  return Object.fromEntries(entries) as Record<WeightName, Tensor>;
}
