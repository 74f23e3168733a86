// Reads the weights in a state_dict of any known layout, in the form of config.ts. Every entry must be a weight, a bias that is
// supported or zero, a buffer, or a copy of embed.W_E under another name. Anything else is refused, as it would change what the
// network computes.
import { Malformed } from '../files/failure.ts';
import { createTensor, type StoredTensor, type Tensor } from '../files/tensor.ts';
import {
  BIAS_KEYS,
  BIAS_NAMES,
  biasShapes,
  isZero,
  type BiasName,
  type Biases,
  type Model,
} from './biases.ts';
import { N_CTX, WEIGHT_DIMS, WEIGHT_NAMES, type ModelConfig, type WeightName } from './config.ts';
import { LAYOUTS, TRANSFORMER_LENS, type Layout, type Place } from './layouts.ts';

export type StateDict = ReadonlyMap<string, StoredTensor>;

export interface FoundModel extends Model {
  readonly layout: Layout;
  /** What was left out or changed, one line each. */
  readonly notes: readonly string[];
}

/** The largest prime below 500. */
const MAX_P = 499;

/**
 * `stated`: the config that was saved with it. Throws Malformed, naming the entry that is missing, not expected, or of another
 * shape.
 */
export async function readStateDict(
  dict: StateDict,
  stated: Readonly<Record<string, unknown>> = {},
): Promise<FoundModel> {
  refuseOtherKinds(dict);
  const layout = findLayout(dict);
  const sizes = sizesOf(layout, dict);
  const config = configOf(sizes);
  checkStated(layout.config(config), stated);
  const weights = {} as Record<WeightName, Tensor>;
  for (const name of WEIGHT_NAMES) {
    const place = layout.weights[name];
    const data = await readFinite(place.key, dict.get(place.key)!);
    weights[name] = arrange(data, place.axes, WEIGHT_DIMS[name], sizes);
  }
  const aliases = await checkRest(layout, dict);
  const notes = [...aliases, ...notesOn(layout, dict)];
  const biases = await readBiases(config, dict);
  if (isZero(biases)) return { config, weights, biases: null, layout, notes };
  const some = BIAS_NAMES.filter((name) => biases[name].data.some((x) => x !== 0));
  return { config, weights, biases, layout, notes: [...notes, `it has biases: ${some.join(', ')}`] };
}

async function readBiases(config: ModelConfig, dict: StateDict): Promise<Biases> {
  const biases = {} as Record<BiasName, Tensor>;
  for (const [name, shape] of Object.entries(biasShapes(config)) as [BiasName, number[]][]) {
    const key = BIAS_KEYS[name];
    const tensor = dict.get(key);
    checkShape({ key, axes: ['size'] }, { size: shape[0]! }, dict);
    biases[name] = createTensor(shape, tensor && (await readFinite(key, tensor)));
  }
  return biases;
}

const TAKEN: readonly string[] = Object.values(BIAS_KEYS);

const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^blocks\.[1-9]\d*\./, 'a second layer'],
  [/(^|\.)(ln\d*|ln_final|layer_?norm\d*|w_ln|b_ln)(\.|$)/i, 'a LayerNorm'],
];

function refuseOtherKinds(dict: StateDict): void {
  for (const name of dict.keys())
    for (const [pattern, what] of REFUSED)
      if (pattern.test(name))
        throw new Malformed(`${name} belongs to ${what} (expected one layer without LayerNorm)`);
}

const shown = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function findLayout(dict: StateDict): Layout {
  const fits = ({ weights }: Layout): boolean =>
    Object.values(weights).every(({ key, axes }) => dict.get(key)?.shape.length === axes.length);
  const found = LAYOUTS.find(fits);
  if (found) return found;
  const { weights } = TRANSFORMER_LENS;
  const missing = WEIGHT_NAMES.find((name) => !dict.has(weights[name].key));
  if (missing === undefined) return TRANSFORMER_LENS;
  const names = [...dict].map(([name, { shape }]) => `${name} ${shown(shape)}`);
  const list = names.length > 8 ? [...names.slice(0, 8), `${names.length - 8} more`] : names;
  throw new Malformed(
    `${weights[missing].key} is missing (expected shape [${weights[missing].axes.join(', ')}]; found: ${list.join(', ') || 'nothing'})`,
  );
}

type Sizes = Readonly<Record<string, number>>;

/** The weights from whose shapes all sizes are read; the shapes of the others follow from these. */
const DEFINE_SIZES: readonly WeightName[] = ['W_U', 'W_Q', 'W_in'];

function sizesOf(layout: Layout, dict: StateDict): Sizes {
  const sizes: Record<string, number> = { n_ctx: N_CTX };
  for (const name of DEFINE_SIZES) {
    const { key, axes } = layout.weights[name];
    const shape = dict.get(key)!.shape;
    axes.forEach((axis, i) => {
      if (!shape[i]) throw new Malformed(`${key} has no size (shape ${shown(shape)})`);
      const own = axis.replace('+1', '');
      sizes[own] ??= axis === own ? shape[i] : shape[i] - 1;
    });
  }
  sizes['d_vocab'] = sizes['d_vocab_out']! + 1;
  const { d_vocab_out: p } = sizes;
  if (!(p! >= 3 && p! <= MAX_P))
    throw new Malformed(`p is ${p} (expected a whole number from 3 to ${MAX_P})`);
  for (const place of [...Object.values(layout.weights), ...layout.biases]) checkShape(place, sizes, dict);
  return sizes;
}

/** The size of an axis as a layout names it. */
const sizeOfAxis = (axis: string, sizes: Sizes): number =>
  axis.endsWith('+1')
    ? sizes[axis.slice(0, -2)]! + 1
    : axis.split('*').reduce((product, each) => product * sizes[each]!, 1);

function checkShape({ key, axes }: Place, sizes: Sizes, dict: StateDict): void {
  const shape = dict.get(key)?.shape;
  const expected = axes.map((axis) => sizeOfAxis(axis, sizes));
  if (shape && shape.join() !== expected.join())
    throw new Malformed(`${key} has shape ${shown(shape)} (expected ${shown(expected)})`);
}

function configOf(sizes: Sizes): ModelConfig {
  const { d_vocab_out: p, d_model, head: n_heads, d_head, d_mlp } = sizes as Record<string, number>;
  return { p: p!, d_model: d_model!, n_heads: n_heads!, d_head: d_head!, d_mlp: d_mlp! };
}

function checkStated(
  expected: Sizes | Readonly<Record<string, unknown>>,
  stated: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(expected))
    if (Object.hasOwn(stated, name) && stated[name] !== value)
      throw new Malformed(
        `${name} is ${JSON.stringify(stated[name])} in its config (expected ${JSON.stringify(value)})`,
      );
}

async function readFinite(key: string, tensor: StoredTensor): Promise<Float32Array> {
  const data = await tensor.read();
  if (!data.every(Number.isFinite)) throw new Malformed(`${key} has values that are not finite`);
  return data;
}

/** Rearranges a tensor to the axes `to`, from axes that are in another order, joined, or have one answer more. */
function arrange(data: Float32Array, axes: readonly string[], to: readonly string[], sizes: Sizes): Tensor {
  const from = axes.flatMap((axis) => axis.split('*'));
  const shape = to.map((axis) => sizes[axis]!);
  if (from.join() === to.join()) return createTensor(shape, data);
  const strides: Record<string, number> = {};
  let stride = 1;
  for (const axis of from.toReversed()) {
    strides[axis.replace('+1', '')] = stride;
    stride *= sizeOfAxis(axis, sizes);
  }
  const tensor = createTensor(shape);
  for (let index = 0; index < tensor.data.length; index++) {
    let [rest, at] = [index, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[to[axis]!]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    tensor.data[index] = data[at]!;
  }
  return tensor;
}

/** Checks all entries that are no weights; returns notes on what is left out. */
async function checkRest(layout: Layout, dict: StateDict): Promise<string[]> {
  const weights = new Set(Object.values(layout.weights).map(({ key }) => key));
  const notes: string[] = [];
  for (const [name, tensor] of dict) {
    if (weights.has(name)) continue;
    if (name === 'blocks.0.attn.mask') checkMask(name, await tensor.read());
    else if (name === 'blocks.0.attn.IGNORE') checkIgnore(name, await tensor.read());
    else if (TAKEN.includes(name)) continue;
    else if (layout.biases.some(({ key }) => key === name)) await refuseBias(name, tensor);
    else if (await isEmbeddingAgain(name, tensor, layout, dict))
      notes.push(`${name} is left out: it equals ${layout.weights.W_E.key}`);
    else throw new Malformed(`${name} has no place in it`);
  }
  return notes;
}

async function refuseBias(name: string, tensor: StoredTensor): Promise<void> {
  if ((await readFinite(name, tensor)).some((value) => value !== 0))
    throw new Malformed(`${name} has values other than zero (of biases, only b_in, b_out and b_U are taken)`);
}

/** Whether it is a copy of W_E: under a name outside all modules, and equal bit for bit. */
async function isEmbeddingAgain(
  name: string,
  tensor: StoredTensor,
  { weights }: Layout,
  dict: StateDict,
): Promise<boolean> {
  const W_E = dict.get(weights.W_E.key)!;
  if (name.includes('.') || tensor.shape.join() !== W_E.shape.join()) return false;
  const [mine, theirs] = [await tensor.read(), await W_E.read()];
  return mine.every((value, i) => Object.is(value, theirs[i]));
}

function notesOn(layout: Layout, dict: StateDict): string[] {
  const dtypes = new Map<string, number>();
  const weights = Object.values(layout.weights).map(({ key }) => dict.get(key)!);
  for (const { dtype } of weights) dtypes.set(dtype, (dtypes.get(dtype) ?? 0) + 1);
  const others = [...dtypes].filter(([dtype]) => dtype !== 'float32');
  const notes = others.map(([dtype, count]) => {
    const whose =
      count === weights.length ? 'its weights are' : `${count} of its ${weights.length} weights are`;
    return `${whose} ${dtype} in the file${dtype === 'float64' ? ', rounded to float32' : ''}`;
  });
  const { key, axes } = layout.weights.W_U;
  if (axes.some((axis) => axis.endsWith('+1')))
    notes.push(`the last answer of ${key}, which is =, is left out`);
  return notes;
}

function checkMask(name: string, data: Float32Array): void {
  const isCausal = data.every((value, i) => value === (i % N_CTX <= Math.floor(i / N_CTX) ? 1 : 0));
  if (data.length > 0 && !(data.length === N_CTX ** 2 && isCausal))
    throw new Malformed(
      `${name} is not causal (expected a lower triangle of ${N_CTX} x ${N_CTX}, or nothing)`,
    );
}

function checkIgnore(name: string, data: Float32Array): void {
  if (data.length !== 1 || data[0]! > -1e4)
    throw new Malformed(`${name} is ${data.join(', ')} (expected -1e5 or -Infinity)`);
}
