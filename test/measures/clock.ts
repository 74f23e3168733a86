// A network written from the formula of the trigonometric algorithm, with no training: head 0 brings cos and sin of w_k a to
// `=`, head 1 those of w_k b; neurons come in fours of angles and build squares out of ReLUs, so that
// (x + y)^2 - (x - y)^2 = 4 x y with x = cos(w_k a - phi), y = cos(w_k b - phi) sums to cos w_k(a + b - c).
import { createTensor, type Tensor } from '../../lib/files/tensor.ts';
import { weightShapes, type ModelConfig, type Weights } from '../../lib/network/config.ts';

/** Distance of the knots of the piecewise linear square, which is used on [-2, 2]. */
const STEP = 0.25;
const KNOTS = 2 / STEP;

export function clockNetwork(p: number, key: readonly number[]): { config: ModelConfig; weights: Weights } {
  const K = key.length;
  const angles = [0, 1, 2, 3].map((i) => (i * Math.PI) / 4);
  const d_mlp = K * angles.length * 2 * 2 * KNOTS;
  // Residual dimensions: cos and sin of the token; brought from a; brought from b; marks of position a, b and of `=`.
  const [fromA, fromB, marks] = [2 * K, 4 * K, 6 * K];
  const config = { p, d_model: 6 * K + 3, n_heads: 2, d_head: 2 * K, d_mlp };
  const shapes = weightShapes(config);
  const weights = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, createTensor(shape)]),
  ) as unknown as Weights;
  const set = ({ shape, data }: Tensor, at: number[], value: number): void => {
    data[at.reduce((offset, i, axis) => offset * shape[axis]! + i, 0)] = value;
  };
  const { W_E, W_pos, W_Q, W_K, W_V, W_O, W_in, W_out, W_U } = weights;

  set(W_E, [p, marks + 2], 1);
  for (let position = 0; position < 2; position++) {
    set(W_pos, [position, marks + position], 1);
    set(W_Q, [position, marks + 2, 0], 60 * Math.sqrt(config.d_head));
    set(W_K, [position, marks + position, 0], 1);
    for (let i = 0; i < 2 * K; i++) {
      set(W_V, [position, i, i], 1);
      set(W_O, [position, i, (position === 0 ? fromA : fromB) + i], 1);
    }
  }
  let neuron = 0;
  key.forEach((k, i) => {
    const w = (2 * Math.PI * k) / p;
    for (let t = 0; t < p; t++) {
      set(W_E, [t, 2 * i], Math.cos(w * t));
      set(W_E, [t, 2 * i + 1], Math.sin(w * t));
      set(W_U, [2 * i, t], 10 * Math.cos(w * t));
      set(W_U, [2 * i + 1, t], 10 * Math.sin(w * t));
    }
    for (const phi of angles)
      for (const sign of [1, -1])
        for (const side of [1, -1])
          for (let knot = 0; knot < KNOTS; knot++) {
            set(W_in, [fromA + 2 * i, neuron], side * Math.cos(phi));
            set(W_in, [fromA + 2 * i + 1, neuron], side * Math.sin(phi));
            set(W_in, [fromB + 2 * i, neuron], side * sign * Math.cos(phi));
            set(W_in, [fromB + 2 * i + 1, neuron], side * sign * Math.sin(phi));
            set(W_in, [marks + 2, neuron], -knot * STEP);
            const slope = sign * (knot === 0 ? STEP : 2 * STEP);
            set(W_out, [neuron, 2 * i], slope * Math.cos(2 * phi));
            set(W_out, [neuron, 2 * i + 1], slope * Math.sin(2 * phi));
            neuron++;
          }
  });
  return { config, weights };
}
