// The model as its layers are written, in float64, pair by pair and position by position: slow, plain, and sharing nothing
// with lib/network/forward.ts or the kernel. Biases are zero; see grokking papers' "1L transformer" or TransformerLens'
// HookedTransformer.
import { viewWeights, weightShapes, type ModelConfig, type WeightName } from '../../lib/network/config.ts';
import type { Pairs } from '../../lib/network/pairs.ts';

type Matrix = (name: WeightName, ...index: number[]) => number;

/** Reads element [i, j(, k)] of a weight out of flat float64 weights. */
function reader(config: ModelConfig, flat: Float64Array): Matrix {
  const shapes = weightShapes(config);
  const offsets = Object.fromEntries(
    Object.entries(viewWeights(config, new Float32Array(flat.length))).map(([name, tensor]) => [
      name,
      tensor.data.byteOffset / 4,
    ]),
  );
  return (name, ...index) =>
    flat[offsets[name]! + index.reduce((at, i, axis) => at * shapes[name][axis]! + i, 0)]!;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const sum = (n: number, f: (i: number) => number): number => range(n).reduce((s, i) => s + f(i), 0);

export interface PlainRun {
  /** Attention from `=`, head by head, to a, b and `=`. */
  readonly pattern: number[];
  /** Neurons after the ReLU. */
  readonly post: number[];
  readonly logits: number[];
}

/** What the model computes at `=` for one pair; `flat`: all weights in the order of WEIGHT_NAMES. */
export function plainForward(config: ModelConfig, flat: Float64Array, a: number, b: number): PlainRun {
  const { p, d_model, n_heads, d_head, d_mlp } = config;
  const w = reader(config, flat);
  const tokens = [a, b, p];
  const resid = tokens.map((token, pos) =>
    range(d_model).map((d) => w('W_E', token, d) + w('W_pos', pos, d)),
  );
  const project = (name: 'W_Q' | 'W_K' | 'W_V', h: number, pos: number): number[] =>
    range(d_head).map((e) => sum(d_model, (d) => resid[pos]![d]! * w(name, h, d, e)));
  const mid = [...resid[2]!];
  const pattern: number[] = [];
  for (let h = 0; h < n_heads; h++) {
    const q = project('W_Q', h, 2);
    const scores = range(3).map((pos) => {
      const k = project('W_K', h, pos);
      return sum(d_head, (e) => q[e]! * k[e]!) / Math.sqrt(d_head);
    });
    const exps = scores.map((s) => Math.exp(s - Math.max(...scores)));
    const attention = exps.map((x) => x / exps.reduce((x, y) => x + y));
    pattern.push(...attention);
    const values = range(3).map((pos) => project('W_V', h, pos));
    const z = range(d_head).map((e) => sum(3, (pos) => attention[pos]! * values[pos]![e]!));
    for (let d = 0; d < d_model; d++) mid[d]! += sum(d_head, (e) => z[e]! * w('W_O', h, e, d));
  }
  const post = range(d_mlp).map((m) =>
    Math.max(
      0,
      sum(d_model, (d) => mid[d]! * w('W_in', d, m)),
    ),
  );
  const resid_post = mid.map((x, d) => x + sum(d_mlp, (m) => post[m]! * w('W_out', m, d)));
  const logits = range(p).map((c) => sum(d_model, (d) => resid_post[d]! * w('W_U', d, c)));
  return { pattern, post, logits };
}

/** Mean cross-entropy of pairs. */
export function plainLoss(config: ModelConfig, flat: Float64Array, { a, b, label }: Pairs): number {
  const losses = range(a.length).map((i) => {
    const { logits } = plainForward(config, flat, a[i]!, b[i]!);
    const top = Math.max(...logits);
    return top - logits[label[i]!]! + Math.log(logits.reduce((s, x) => s + Math.exp(x - top), 0));
  });
  return losses.reduce((x, y) => x + y) / a.length;
}
