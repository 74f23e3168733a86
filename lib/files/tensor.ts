// A dense float32 tensor in row-major order: the one type in which weights, activations and matrices travel.
// Imports nothing.

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor in a file: its numbers are read, as float32, when they are asked for. */
export interface StoredTensor {
  readonly shape: readonly number[];
  /** The type of its numbers in the file: float32, bfloat16, ... */
  readonly dtype: string;
  read(): Promise<Float32Array>;
}

/** Number of elements of a shape; 1 for a scalar's `[]`. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** A tensor over `data`, not copied; throws when the sizes differ. */
export function createTensor(
  shape: readonly number[],
  data: Float32Array = new Float32Array(sizeOf(shape)),
): Tensor {
  if (data.length !== sizeOf(shape))
    throw new Error(
      `tensor of shape [${shape.join(', ')}] needs ${sizeOf(shape)} values, got ${data.length}`,
    );
  return { shape, data };
}
