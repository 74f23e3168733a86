// One neuron over the grid, for who asks for one after the other: runNetwork's tables with a single column, multiplied
// from the right so that it is done in a few milliseconds.
import type { ModelConfig, Weights } from '../model/config.ts';
import { columnOf, createMatrix, multiply, toMatrix, type Matrix } from './matrix.ts';
import { mix } from './network.ts';

/** Neuron j after the ReLU, for every pair: [p*p, 1]. `pattern` and `resid` are attentionFromEquals' and residualRows'. */
export function neuronOverGrid(
  config: ModelConfig,
  weights: Weights,
  resid: readonly Matrix[],
  pattern: Matrix,
  j: number,
): Matrix {
  const direction = createMatrix(config.d_model, 1, columnOf(toMatrix(weights.W_in), j));
  const tables = Array.from({ length: config.n_heads }, (_, index) => {
    const back = multiply(toMatrix(weights.W_O, { index }), direction);
    const toNeuron = multiply(toMatrix(weights.W_V, { index }), back);
    return resid.map((rows) => multiply(rows, toNeuron));
  }).flat();
  const pre = mix(config, pattern, resid, tables, direction);
  return createMatrix(
    pre.rows,
    1,
    pre.data.map((x) => Math.max(0, x)),
  );
}
