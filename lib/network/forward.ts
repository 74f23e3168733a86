// The forward pass at `=` in float64: the network on many pairs, one neuron on all pairs, and the network on one pair. This is
// the reference that every engine is compared with.
// Before attention each position knows one token, and attention only mixes: with A_t the attention that head h pays to
// position t, everything linear after it is sum over h, t of A_t (R_t W_V W_O M), where R_t is the residual stream at t
// and M is W_in (before the ReLU) or W_U (what bypasses the MLP on its way to the logits). So R_t W_V W_O M is computed once
// for each head and position, and each pair (a, b) costs only a weighted sum of 3 n_heads rows.
import { columnOf, createMatrix, multiply, toMatrix, transpose, type Matrix } from '../numerics/matrix.ts';
import { logitMap } from './composites.ts';
import { N_CTX, type ModelConfig, type Weights } from './config.ts';
import type { Pairs } from './pairs.ts';

/** The operands of each pair, row by row. */
export type Operands = Pick<Pairs, 'a' | 'b'>;

/** What the network computes at `=`. Rows are pairs, by default all of them, row = a*p + b. */
export interface Network {
  readonly config: ModelConfig;
  readonly pairs: Operands;
  /** [pairs, n_heads * 3]: attention from `=`, head by head, to a, b and `=`. */
  readonly pattern: Matrix;
  /** [pairs, d_mlp]: neurons before and after the ReLU. */
  readonly pre: Matrix;
  readonly post: Matrix;
  /** [pairs, p]: the part of the logits that bypasses the MLP, resid_mid W_U. */
  readonly skip: Matrix;
  /** [pairs, p]: skip + post W_out W_U. */
  readonly logits: Matrix;
}

/** The weights that are still needed once the score directions are known: all but W_Q and W_K. */
export type WeightsWithoutQK = Omit<Weights, 'W_Q' | 'W_K'>;

/** Results for one pair: one row each. */
export type PairRun = Pick<Network, 'pattern' | 'post' | 'logits'>;

/** Runs the network on pairs, all p*p of them by default. */
export function runNetwork(
  config: ModelConfig,
  weights: Weights,
  pairs: Operands = eachWithEach(config.p, config.p),
): Network {
  const resid = residualRows(config, weights);
  const pattern = attentionFromEquals(scoreDirections(config, weights, resid[2]!), resid, pairs);
  const pre = residMid(config, weights, resid, pattern, pairs, toMatrix(weights.W_in));
  const post = relu(pre);
  const skip = residMid(config, weights, resid, pattern, pairs, toMatrix(weights.W_U));
  const logits = add(multiply(post, logitMap(weights)), skip);
  return { config, pairs, pattern, pre, post, skip, logits };
}

/** Every a with every b, a-major. */
function eachWithEach(countA: number, countB: number): Operands {
  const [a, b] = [new Int32Array(countA * countB), new Int32Array(countA * countB)];
  for (let i = 0; i < a.length; i++) {
    a[i] = Math.floor(i / countB);
    b[i] = i % countB;
  }
  return { a, b };
}

const pairsOf = ([rowsA, rowsB]: readonly Matrix[]): Operands => eachWithEach(rowsA!.rows, rowsB!.rows);

/**
 * Neuron j after the ReLU for every pair, [p*p, 1]. This takes a few milliseconds, so that one can browse the neurons. `resid`
 * comes from residualRows, `pattern` from attentionFromEquals.
 */
export function runNeuron(
  config: ModelConfig,
  weights: WeightsWithoutQK,
  resid: readonly Matrix[],
  pattern: Matrix,
  j: number,
): Matrix {
  const direction = createMatrix(config.d_model, 1, columnOf(toMatrix(weights.W_in), j));
  return relu(residMid(config, weights, resid, pattern, pairsOf(resid), direction));
}

/**
 * Runs the network on one pair, 0 <= a, b < p, layer by layer, which is the cheapest order for matrices of one row.
 * `directions` comes from scoreDirections, `resid` from residualRows.
 */
export function runPair(
  config: ModelConfig,
  weights: WeightsWithoutQK,
  directions: readonly Matrix[],
  resid: readonly Matrix[],
  a: number,
  b: number,
): PairRun {
  const [rowsA, rowsB, equals] = resid as [Matrix, Matrix, Matrix];
  const ofPair = [rowOf(rowsA, a), rowOf(rowsB, b), equals];
  const pattern = attentionFromEquals(directions, ofPair);
  const mid = residMid(config, weights, ofPair, pattern, pairsOf(ofPair));
  const post = relu(multiply(mid, toMatrix(weights.W_in)));
  const logits = multiply(add(mid, multiply(post, toMatrix(weights.W_out))), toMatrix(weights.W_U));
  return { pattern, post, logits };
}

/** W_E + W_pos by position: [p, d_model] for a, the same for b, [1, d_model] for `=`. */
export function residualRows({ p, d_model }: ModelConfig, { W_E, W_pos }: WeightsWithoutQK): Matrix[] {
  const add = (first: number, rows: number, position: number): Matrix => {
    const sum = createMatrix(rows, d_model);
    for (let i = 0; i < sum.data.length; i++)
      sum.data[i] = W_E.data[first * d_model + i]! + W_pos.data[position * d_model + (i % d_model)]!;
    return sum;
  };
  return [add(0, p, 0), add(0, p, 1), add(p, 1, 2)];
}

/**
 * For each head, W_K q_h / sqrt(d_head) [d_model, 1], where q_h is the query of `=`: the score of a key is its residual row
 * times this.
 */
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

/**
 * Attention from `=` to a, b and `=`, head by head: [pairs, n_heads * 3]. `directions` comes from scoreDirections; `resid` has
 * the residual rows of all a, of all b and of `=`. The default is every a with every b, a-major.
 */
export function attentionFromEquals(
  directions: readonly Matrix[],
  resid: readonly Matrix[],
  { a, b }: Operands = pairsOf(resid),
): Matrix {
  const n_heads = directions.length;
  const pattern = createMatrix(a.length, n_heads * N_CTX);
  directions.forEach((direction, h) => {
    const [toA, toB, toEquals] = resid.map((rows) => multiply(rows, direction).data) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    // The softmax of three, without arrays: the explorer does this for all pairs between two frames of the screen.
    for (let pair = 0; pair < a.length; pair++) {
      const [scoreA, scoreB, scoreEquals] = [toA[a[pair]!]!, toB[b[pair]!]!, toEquals[0]!];
      const largest = Math.max(scoreA, scoreB, scoreEquals);
      const [expA, expB, expEquals] = [
        Math.exp(scoreA - largest),
        Math.exp(scoreB - largest),
        Math.exp(scoreEquals - largest),
      ];
      const total = expA + expB + expEquals;
      const at = (pair * n_heads + h) * N_CTX;
      pattern.data[at] = expA / total;
      pattern.data[at + 1] = expB / total;
      pattern.data[at + 2] = expEquals / total;
    }
  });
  return pattern;
}

/** Softmax; the largest value is subtracted first, so that exp cannot overflow. */
export function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const exps = values.map((x) => Math.exp(x - largest));
  const total = exps.reduce((sum, x) => sum + x, 0);
  return exps.map((x) => x / total);
}

/**
 * The residual stream at `=` after attention, times M, for every pair: [pairs, columns of M]; without M, the stream itself.
 * `resid` is what attentionFromEquals takes, `pattern` what it returns.
 */
function residMid(
  { n_heads, d_model }: ModelConfig,
  weights: WeightsWithoutQK,
  resid: readonly Matrix[],
  pattern: Matrix,
  { a, b }: Operands,
  M?: Matrix,
): Matrix {
  // R_t W_V W_O M by head and position, entry h * 3 + t.
  const tables = Array.from({ length: n_heads }, (_, index) => {
    const [W_V, W_O] = [toMatrix(weights.W_V, { index }), toMatrix(weights.W_O, { index })];
    const out = M ? multiply(W_O, M) : W_O;
    return resid.map((rows) => multiplyThree(rows, W_V, out).data);
  }).flat();
  const n = M?.columns ?? d_model;
  const equals = resid[2]!;
  const unmixed = M ? multiply(equals, M) : equals;
  const mixed = createMatrix(pattern.rows, n);
  for (let pair = 0; pair < pattern.rows; pair++) {
    const row = pair * n;
    mixed.data.set(unmixed.data, row);
    for (let i = 0; i < tables.length; i++) {
      const table = tables[i]!;
      const attention = pattern.data[pair * tables.length + i]!;
      const position = i % N_CTX;
      const offset = (position === 0 ? a[pair]! : position === 1 ? b[pair]! : 0) * n;
      for (let j = 0; j < n; j++) mixed.data[row + j] = mixed.data[row + j]! + attention * table[offset + j]!;
    }
  }
  return mixed;
}

/** A B C, in the order that takes fewer multiplications. */
function multiplyThree(A: Matrix, B: Matrix, C: Matrix): Matrix {
  const fromLeft = A.rows * B.columns * (A.columns + C.columns);
  const fromRight = A.columns * C.columns * (A.rows + B.columns);
  return fromLeft <= fromRight ? multiply(multiply(A, B), C) : multiply(A, multiply(B, C));
}

const rowOf = ({ columns, data }: Matrix, i: number): Matrix =>
  createMatrix(1, columns, data.subarray(i * columns, (i + 1) * columns));

const add = (A: Matrix, B: Matrix): Matrix =>
  createMatrix(
    A.rows,
    A.columns,
    A.data.map((x, i) => x + B.data[i]!),
  );

const relu = (A: Matrix): Matrix =>
  createMatrix(
    A.rows,
    A.columns,
    A.data.map((x) => Math.max(0, x)),
  );
