// The content of a PyTorch pickle as plain values: tensors, numbers, text and containers. Anything else becomes a
// SavedObject, which has a name and attributes and does nothing.
import { DTYPES, type Dtype } from '../dtypes.ts';
import { Malformed } from '../failure.ts';
import { sizeOf, type StoredTensor } from '../tensor.ts';
import { Reduced, Global, PersistentId, type Pickled } from './machine.ts';
import { readNumpy } from './numpy.ts';

export type Saved =
  null | boolean | number | string | SavedTensor | SavedObject | Saved[] | Map<string, Saved>;

/** An object of any class: the name of the class, and its attributes. */
export class SavedObject {
  readonly name: string;
  readonly attributes: Map<string, Saved>;
  constructor(name: string, attributes: Map<string, Saved>) {
    this.name = name;
    this.attributes = attributes;
  }
}

export class SavedTensor implements StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly #read: () => Promise<Float32Array>;
  constructor(shape: readonly number[], dtype: string, read: () => Promise<Float32Array>) {
    this.shape = shape;
    this.dtype = dtype;
    this.#read = read;
  }
  read(): Promise<Float32Array> {
    return this.#read();
  }
}

/** The numbers of some tensors. */
export interface Storage {
  readonly key: string;
  readonly dtype: Dtype;
  /** In numbers, not bytes. */
  readonly length: number;
  /** Index of its first number in the storage `key`. In files of torch before 0.4, a storage may be part of another. */
  readonly start: number;
}

/** Reads the bytes of a storage. */
export type ReadBytes = (storage: Storage) => Promise<ArrayBuffer>;

const MAX_DEPTH = 40;

/** The values of a pickle. Throws Malformed if a tensor is of a kind that is not read, or values nest too deeply. */
export function toSaved(root: Pickled, read: ReadBytes): Saved {
  /** A value that is in several places is converted once. */
  const converted = new Map<Pickled, Saved>();
  const open = new Set<Pickled>();
  const convert = (value: Pickled): Saved => {
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
    if (typeof value === 'string') return value;
    if (typeof value === 'bigint') return Number(value);
    const earlier = converted.get(value);
    if (earlier !== undefined) return earlier;
    if (open.has(value) || open.size > MAX_DEPTH)
      throw new Malformed('has values that nest too deeply or contain themselves');
    open.add(value);
    const saved = convertObject(value);
    open.delete(value);
    converted.set(value, saved);
    return saved;
  };
  const map = (entries: Iterable<readonly [Pickled, Pickled]>): Map<string, Saved> =>
    new Map(Array.from(entries, ([key, item]) => [nameOf(key), convert(item)]));
  const convertObject = (value: Exclude<Pickled, null | boolean | number | bigint | string>): Saved => {
    if (Array.isArray(value)) return value.map(convert);
    if (value instanceof Map) return map(value);
    if (value instanceof Global) return new SavedObject(value.name, new Map());
    if (!(value instanceof Reduced))
      return new SavedObject(value instanceof PersistentId ? 'a storage' : 'bytes', new Map());
    const known = tensorOf(value, read) ?? readNumpy(value);
    if (known !== null) return known;
    const of = classOf(value);
    if (DICTIONARIES.has(of)) return map(value.entries ?? dictionaryOf(value.args));
    if (of === 'torch.Size') return convert(first(value.args));
    const state = Array.isArray(value.state) ? first(value.state) : value.state;
    return new SavedObject(of, state instanceof Map ? map(state) : new Map());
  };
  return convert(root);
}

const DICTIONARIES = new Set(['collections.OrderedDict', 'collections.defaultdict', 'collections.Counter']);

const nameOf = (key: Pickled): string =>
  typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint'
    ? String(key)
    : '(a key that is not a name)';

const first = (value: Pickled): Pickled => (Array.isArray(value) ? (value[0] ?? null) : null);

/** The entries of OrderedDict([[key, value], ...]), the form in pickles of Python 2. */
function dictionaryOf(args: Pickled): [Pickled, Pickled][] {
  const pairs = first(args);
  if (!Array.isArray(pairs)) return [];
  return pairs.map((pair) => (Array.isArray(pair) ? [pair[0] ?? null, pair[1] ?? null] : [null, null]));
}

/** The class of an object. Objects made by copyreg have it as their first argument. */
function classOf({ of, args }: Reduced): string {
  if (!(of instanceof Global)) return 'an object of no known class';
  const made = first(args);
  return /^(copy_?reg)\._reconstructor$/.test(of.name) && made instanceof Global ? made.name : of.name;
}

/** The tensor that a call makes; null if it makes something else. */
function tensorOf({ of, args }: Reduced, read: ReadBytes): SavedTensor | null {
  if (!(of instanceof Global) || !Array.isArray(args)) return null;
  switch (of.name) {
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
      return stridedTensor(args, read);
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
      return args[0] instanceof Reduced ? tensorOf(args[0], read) : null;
    case 'torch._tensor._rebuild_from_type_v2':
      return tensorOf(new Reduced(args[0] ?? null, args[2] ?? null), read);
    default:
      if (/^torch\._utils\._rebuild_/.test(of.name))
        throw new Malformed(`has a tensor of a kind that is not read here (${of.name})`);
      return null;
  }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
/** A tensor may repeat numbers of its storage (strides of 0), but have no more elements than this. */
const MAX_REPEATED = 65_536;

function stridedTensor([id, offset, shape, strides]: readonly Pickled[], read: ReadBytes): SavedTensor {
  const storage = storageOf(id ?? null);
  const isCounts = (list: unknown): list is number[] => Array.isArray(list) && list.every(isCount);
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
    throw new Malformed('has a tensor without a shape');
  const size = sizeOf(shape);
  const last = shape.reduce((at, length, axis) => at + (length - 1) * strides[axis]!, offset);
  if (!(size === 0 || last < storage.length) || !(size <= Math.max(storage.length, MAX_REPEATED)))
    throw new Malformed(
      `has a tensor of shape [${shape.join(', ')}] that does not fit in its ${storage.length} numbers`,
    );
  return new SavedTensor(shape, storage.dtype.name, async () => {
    const part: Storage = {
      ...storage,
      start: storage.start + offset,
      length: size === 0 ? 0 : last - offset + 1,
    };
    const values = storage.dtype.decode(await read(part));
    return part.length === size && isDense(shape, strides) ? values : gather(values, shape, strides);
  });
}

/** Whether the numbers lie in row-major order. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

function gather(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, index) => {
    let [rest, at] = [index, 0];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return values[at]!;
  });
}

const STORAGES: Readonly<Record<string, Dtype>> = {
  DoubleStorage: DTYPES.F64,
  FloatStorage: DTYPES.F32,
  HalfStorage: DTYPES.F16,
  BFloat16Storage: DTYPES.BF16,
  LongStorage: DTYPES.I64,
  IntStorage: DTYPES.I32,
  ShortStorage: DTYPES.I16,
  CharStorage: DTYPES.I8,
  ByteStorage: DTYPES.U8,
  BoolStorage: DTYPES.BOOL,
};

/** The storage with the id ('storage', type, key, device, length, [view]). */
export function storageOf(value: Pickled): Storage {
  const id = value instanceof PersistentId ? value.id : null;
  if (!Array.isArray(id) || id[0] !== 'storage') throw new Malformed('has a tensor without numbers');
  const [, type, key, , length, view = null] = id;
  const name = type instanceof Global ? type.name.replace(/^torch(\.cuda|\.storage)?\./, '') : '';
  const dtype = Object.hasOwn(STORAGES, name) ? STORAGES[name] : undefined;
  if (!dtype)
    throw new Malformed(
      `has a tensor of ${name || 'an unknown type'} (expected one of ${Object.keys(STORAGES).join(', ')})`,
    );
  if ((typeof key !== 'string' && typeof key !== 'number') || !isCount(length))
    throw new Malformed('has a tensor without numbers');
  const [, start, part] = Array.isArray(view) ? view : [null, 0, length];
  if (!isCount(start) || !isCount(part) || start + part > length)
    throw new Malformed('has a tensor without numbers');
  return { key: String(key), dtype, length: part, start };
}
