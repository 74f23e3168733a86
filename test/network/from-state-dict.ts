/** The weights in a state_dict under TransformerLens' names, which is trusted to be whole. */
import type { Tensor } from '../../lib/files/tensor.ts';
import { WEIGHT_NAMES, type Weights } from '../../lib/network/config.ts';
import { TRANSFORMER_LENS } from '../../lib/network/layouts.ts';

export const fromStateDict = (tensors: Readonly<Record<string, Tensor>>): Weights =>
  Object.fromEntries(
    WEIGHT_NAMES.map((name) => [name, tensors[TRANSFORMER_LENS.weights[name].key]!]),
  ) as Weights;
