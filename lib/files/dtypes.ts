// Types of numbers in files, all little-endian, and how each becomes float32: wider floats are rounded, booleans become 0
// and 1, and integers are exact up to 2^24.
import { fromFloat16 } from './float16.ts';

export interface Dtype {
  /** As PyTorch and NumPy call it. */
  readonly name: string;
  readonly bytes: number;
  decode(bytes: ArrayBuffer): Float32Array;
}

/** By the names that safetensors uses. */
export const DTYPES = {
  F64: { name: 'float64', bytes: 8, decode: (bytes) => Float32Array.from(new Float64Array(bytes)) },
  F32: { name: 'float32', bytes: 4, decode: (bytes) => new Float32Array(bytes) },
  F16: { name: 'float16', bytes: 2, decode: (bytes) => fromFloat16(new Uint16Array(bytes)) },
  BF16: { name: 'bfloat16', bytes: 2, decode: fromBfloat16 },
  I64: { name: 'int64', bytes: 8, decode: (bytes) => Float32Array.from(new BigInt64Array(bytes), Number) },
  I32: { name: 'int32', bytes: 4, decode: (bytes) => Float32Array.from(new Int32Array(bytes)) },
  I16: { name: 'int16', bytes: 2, decode: (bytes) => Float32Array.from(new Int16Array(bytes)) },
  I8: { name: 'int8', bytes: 1, decode: (bytes) => Float32Array.from(new Int8Array(bytes)) },
  U8: { name: 'uint8', bytes: 1, decode: (bytes) => Float32Array.from(new Uint8Array(bytes)) },
  BOOL: { name: 'bool', bytes: 1, decode: (bytes) => Float32Array.from(new Uint8Array(bytes)) },
} as const satisfies Readonly<Record<string, Dtype>>;

// A bfloat16 is the upper half of a float32.
function fromBfloat16(bytes: ArrayBuffer): Float32Array {
  const words = Uint32Array.from(new Uint16Array(bytes), (half) => half << 16);
  return new Float32Array(words.buffer);
}
