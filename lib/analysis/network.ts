// The forward pass at `=` over the whole grid in float64, from tables by token.
// Before attention each position knows one token, and attention only mixes: with A_t the attention that head h pays to
// position t, everything linear after it is sum over h, t of A_t (R_t W_V W_O M), where R_t is the residual stream at t
// and M is W_in (before the ReLU) or W_U (what reaches the logits past the MLP). So p rows a head and position are
// multiplied out once, and a pair (a, b) costs 3 n_heads weighted rows.
import { N_CTX, type ModelConfig, type Weights } from '../model/config.ts';
import { logitMap } from './composites.ts';
import { createMatrix, multiply, toMatrix, transpose, type Matrix } from './matrix.ts';

/** What the network computes at `=`; rows are pairs, row = a*p + b. */
export interface Network {
  readonly config: ModelConfig;
  /** [p*p, n_heads * 3]: attention from `=`, head by head, to a, b and `=`. */
  readonly pattern: Matrix;
  /** [p*p, d_mlp]: neurons before and after the ReLU. */
  readonly pre: Matrix;
  readonly post: Matrix;
  /** [p*p, p]: logits that go past the MLP, resid_mid W_U. */
  readonly skip: Matrix;
  /** [p*p, p]: skip + post W_out W_U. */
  readonly logits: Matrix;
}

/** Runs the network on all p*p pairs. */
export function runNetwork(config: ModelConfig, weights: Weights): Network {
  const resid = residualRows(config, weights);
  const pattern = attentionFromEquals(config, weights, resid);
  const through = (M: Matrix): Matrix =>
    mix(config, pattern, resid, outputTables(config, weights, resid, M), M);
  const pre = through(toMatrix(weights.W_in));
  const post = createMatrix(
    pre.rows,
    pre.columns,
    pre.data.map((x) => Math.max(0, x)),
  );
  const skip = through(toMatrix(weights.W_U));
  const logits = multiply(post, logitMap(weights));
  for (let i = 0; i < logits.data.length; i++) logits.data[i] = logits.data[i]! + skip.data[i]!;
  return { config, pattern, pre, post, skip, logits };
}

/** W_E + W_pos by position: [p, d_model] for a, the same for b, [1, d_model] for `=`. */
export function residualRows({ p, d_model }: ModelConfig, { W_E, W_pos }: Weights): Matrix[] {
  const add = (first: number, rows: number, position: number): Matrix =>
    createMatrix(
      rows,
      d_model,
      Float64Array.from(
        { length: rows * d_model },
        (_, i) => W_E.data[first * d_model + i]! + W_pos.data[position * d_model + (i % d_model)]!,
      ),
    );
  return [add(0, p, 0), add(0, p, 1), add(p, 1, 2)];
}

/** W_K q_h / sqrt(d_head) of each head [d_model, 1], q_h the query of `=`: a key's score is its residual row times this. */
export function scoreDirections(
  { n_heads, d_head }: ModelConfig,
  weights: Weights,
  equals: Matrix,
): Matrix[] {
  return Array.from({ length: n_heads }, (_, index) => {
    const query = multiply(equals, toMatrix(weights.W_Q, { index }));
    const direction = multiply(toMatrix(weights.W_K, { index }), transpose(query));
    return createMatrix(
      direction.rows,
      1,
      direction.data.map((x) => x / Math.sqrt(d_head)),
    );
  });
}

/** Attention from `=`, head by head, to a, b and `=`: [p*p, n_heads * 3]. `resid` as residualRows gives it. */
export function attentionFromEquals(config: ModelConfig, weights: Weights, resid: readonly Matrix[]): Matrix {
  const { p, n_heads } = config;
  const pattern = createMatrix(p * p, n_heads * N_CTX);
  scoreDirections(config, weights, resid[2]!).forEach((direction, h) => {
    const [toA, toB, toEquals] = resid.map((rows) => multiply(rows, direction).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++) {
        const scores = [toA[a]!, toB[b]!, toEquals[0]!];
        const largest = Math.max(...scores);
        const exps = scores.map((score) => Math.exp(score - largest));
        const total = exps[0]! + exps[1]! + exps[2]!;
        const at = ((a * p + b) * n_heads + h) * N_CTX;
        exps.forEach((x, t) => (pattern.data[at + t] = x / total));
      }
  });
  return pattern;
}

/** R_t W_V W_O M by head and position: tables[h * 3 + t], [p or 1, columns of M]. */
function outputTables(config: ModelConfig, weights: Weights, resid: readonly Matrix[], M: Matrix): Matrix[] {
  return Array.from({ length: config.n_heads }, (_, index) => {
    const [W_V, W_O] = [toMatrix(weights.W_V, { index }), toMatrix(weights.W_O, { index })];
    const out = multiply(W_O, M);
    return resid.map((rows) => multiply(multiply(rows, W_V), out));
  }).flat();
}

/**
 * (residual of `=` + what the heads write there) M, for every pair: [p*p, columns of M]. `tables`: R_t W_V W_O M by head
 * and position, tables[h * 3 + t], [p or 1, columns of M].
 */
export function mix(
  { p }: ModelConfig,
  pattern: Matrix,
  resid: readonly Matrix[],
  tables: readonly Matrix[],
  M: Matrix,
): Matrix {
  const n = M.columns;
  const mixed = createMatrix(p * p, n);
  const constant = multiply(resid[2]!, M).data;
  for (let pair = 0; pair < p * p; pair++) {
    const row = mixed.data.subarray(pair * n, (pair + 1) * n);
    row.set(constant);
    const token = [Math.floor(pair / p), pair % p, 0];
    tables.forEach(({ data }, i) => {
      const attention = pattern.data[pair * tables.length + i]!;
      const offset = token[i % N_CTX]! * n;
      for (let j = 0; j < n; j++) row[j] = row[j]! + attention * data[offset + j]!;
    });
  }
  return mixed;
}
