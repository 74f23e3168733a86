// The forward pass of one prompt `a b =` at `=`, step by step as the architecture is told: for the page, where somebody
// asks for a sum and sees what becomes of it. float64, no tables; half a million multiplications.
import { N_CTX, type ModelConfig, type Weights } from '../model/config.ts';
import { createMatrix, multiply, toMatrix, transpose, type Matrix } from './matrix.ts';

export interface Prompt {
  /** Attention from `=`, head by head, to a, b and `=`: [n_heads, 3]. */
  readonly pattern: Matrix;
  /** Neurons after the ReLU, [1, d_mlp]. */
  readonly post: Matrix;
  /** Logits over the answers c, [p]. */
  readonly logits: Float64Array;
}

/** Runs the network on one pair of summands, 0 <= a, b < p. */
export function runPrompt(config: ModelConfig, weights: Weights, a: number, b: number): Prompt {
  const { p, d_model, n_heads, d_head } = config;
  const resid = createMatrix(N_CTX, d_model);
  [a, b, p].forEach((token, t) => {
    for (let i = 0; i < d_model; i++)
      resid.data[t * d_model + i] =
        weights.W_E.data[token * d_model + i]! + weights.W_pos.data[t * d_model + i]!;
  });
  const equals = createMatrix(1, d_model, resid.data.slice((N_CTX - 1) * d_model));
  const pattern = createMatrix(n_heads, N_CTX);
  const mid = equals.data.slice();
  for (let index = 0; index < n_heads; index++) {
    const [W_Q, W_K, W_V, W_O] = (['W_Q', 'W_K', 'W_V', 'W_O'] as const).map((name) =>
      toMatrix(weights[name], { index }),
    ) as [Matrix, Matrix, Matrix, Matrix];
    // [1, d_head] x [d_head, 3] -> scores [1, 3]
    const scores = multiply(multiply(equals, W_Q), transpose(multiply(resid, W_K)));
    const row = softmax(scores.data.map((score) => score / Math.sqrt(d_head)));
    pattern.data.set(row, index * N_CTX);
    const z = multiply(createMatrix(1, N_CTX, row), multiply(resid, W_V));
    multiply(z, W_O).data.forEach((x, i) => (mid[i] = mid[i]! + x));
  }
  const pre = multiply(createMatrix(1, d_model, mid), toMatrix(weights.W_in));
  const post = createMatrix(
    1,
    pre.columns,
    pre.data.map((x) => Math.max(0, x)),
  );
  multiply(post, toMatrix(weights.W_out)).data.forEach((x, i) => (mid[i] = mid[i]! + x));
  const logits = multiply(createMatrix(1, d_model, mid), toMatrix(weights.W_U)).data;
  return { pattern, post, logits };
}

/** exp(x) over its sum. */
export function softmax(values: Float64Array): Float64Array {
  const largest = values.reduce((max, x) => Math.max(max, x), -Infinity);
  const exps = values.map((x) => Math.exp(x - largest));
  const total = exps.reduce((sum, x) => sum + x, 0);
  return exps.map((x) => x / total);
}
