// NumPy's numbers in a pickle: a scalar becomes a number, an array a list of numbers or, with two axes, a list of lists.
// Any other object of NumPy is left to the caller.
import { Reduced, Global, type Pickled } from './machine.ts';

type Numbers = number | Numbers[];

const READERS: Readonly<Record<string, { bytes: number; read(bytes: DataView, at: number): number }>> = {
  f8: { bytes: 8, read: (bytes, at) => bytes.getFloat64(at, true) },
  f4: { bytes: 4, read: (bytes, at) => bytes.getFloat32(at, true) },
  i8: { bytes: 8, read: (bytes, at) => Number(bytes.getBigInt64(at, true)) },
  i4: { bytes: 4, read: (bytes, at) => bytes.getInt32(at, true) },
  b1: { bytes: 1, read: (bytes, at) => bytes.getUint8(at) },
};

/** The numbers of a scalar or an array; null for any other object. */
export function readNumpy({ of, args, state }: Reduced): Numbers | null {
  if (!(of instanceof Global) || !Array.isArray(args)) return null;
  if (/^numpy\._?core\.multiarray\.scalar$/.test(of.name)) {
    const values = numbersOf(args[0] ?? null, args[1] ?? null);
    return values?.length === 1 ? values[0]! : null;
  }
  // (version, shape, dtype, whether in column-major order, bytes)
  if (!/^numpy\._?core\.multiarray\._reconstruct$/.test(of.name) || !Array.isArray(state)) return null;
  const [, shape, dtype = null, isFortran, bytes = null] = state;
  const values = numbersOf(dtype, bytes);
  if (!values || !Array.isArray(shape) || shape.length > 2 || (shape.length > 1 && isFortran)) return null;
  const [rows, columns] = shape;
  if (columns === undefined) return rows === values.length ? values : null;
  if (typeof rows !== 'number' || typeof columns !== 'number' || rows * columns !== values.length)
    return null;
  return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

function numbersOf(dtype: Pickled, bytes: Pickled): number[] | null {
  const name = dtype instanceof Reduced && Array.isArray(dtype.args) ? dtype.args[0] : null;
  const order = dtype instanceof Reduced && Array.isArray(dtype.state) ? dtype.state[1] : null;
  const reader = typeof name === 'string' && Object.hasOwn(READERS, name) ? READERS[name]! : null;
  const data = bytesOf(bytes);
  if (!reader || !data || order === '>' || data.length % reader.bytes > 0) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: data.length / reader.bytes }, (_, i) => reader.read(view, i * reader.bytes));
}

/** Bytes. Pickles of protocol 2 hold them as text to be encoded: codecs.encode(text, 'latin1'). */
function bytesOf(value: Pickled): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  const isText = value instanceof Reduced && value.of instanceof Global && value.of.name === '_codecs.encode';
  const text = isText && Array.isArray(value.args) ? value.args[0] : null;
  return typeof text === 'string' ? Buffer.from(text, 'latin1') : null;
}
