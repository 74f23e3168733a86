// Weights of a snapshot as they are in the page: whole numbers, with a scale for each column of a matrix. In place of W_Q and
// W_K it has the score directions, one per head, since the page needs nothing else of them.
// Node packs and the browser unpacks, so this file imports nothing from Node. test/report/snapshots.test.ts measures how exact
// the pictures are.
import { createTensor, sizeOf, type Tensor } from '../files/tensor.ts';
import { weightShapes, type ModelConfig, type Weights } from '../network/config.ts';
import { residualRows, scoreDirections, type WeightsWithoutQK } from '../network/forward.ts';
import { createMatrix, type Matrix } from '../numerics/matrix.ts';

export interface ShownNetwork {
  readonly weights: WeightsWithoutQK;
  /** From scoreDirections: [d_model, 1] per head. */
  readonly directions: readonly Matrix[];
}

/** The network of full weights in this form. */
export const showNetwork = (config: ModelConfig, weights: Weights): ShownNetwork => ({
  weights,
  directions: scoreDirections(config, weights, residualRows(config, weights)[2]!),
});

type Part = keyof WeightsWithoutQK | 'directions';

/** Numbers range from minus this to this. Parts that are small, or drawn directly, use a second byte, some of it or all. */
const LEVELS: Readonly<Record<Part, number>> = {
  directions: 32_767,
  W_pos: 32_767,
  W_E: 1023,
  W_U: 255,
  W_V: 95,
  W_O: 95,
  W_in: 97,
  W_out: 97,
};
const PARTS = Object.keys(LEVELS) as Part[];
const isWide = (part: Part): boolean => LEVELS[part] > 127;

function shapesOf(config: ModelConfig): Record<Part, readonly number[]> {
  return { ...weightShapes(config), directions: [config.n_heads, config.d_model, 1] };
}

/** The scales of a part: how many, and which one a number has. There is one per column of each matrix, in W_out per neuron. */
interface Scales {
  readonly count: number;
  readonly columns: number;
  /** The scale of the first number of a row; rows of several matrices are counted through. */
  readonly first: (row: number) => number;
  /** From there to the scale of the next number: 1 per column, 0 per neuron. */
  readonly step: 0 | 1;
}

function scalesOf(part: Part, shape: readonly number[]): Scales {
  const [rows, columns] = shape.slice(-2) as [number, number];
  if (part === 'W_out') return { count: rows, columns, first: (row) => row, step: 0 };
  return {
    count: sizeOf(shape) / rows,
    columns,
    first: (row) => Math.floor(row / rows) * columns,
    step: 1,
  };
}

/** The scale of number i. */
const scaleOf = ({ columns, first, step }: Scales, i: number): number =>
  first(Math.floor(i / columns)) + step * (i % columns);

/** Where the parts of a packed network are: the upper halves of all scales, then a byte per number, then the second bytes. */
function layOut(config: ModelConfig) {
  const shapes = shapesOf(config);
  let [scales, numbers, second] = [0, 0, 0];
  const parts = PARTS.map((part) => {
    const [shape, scale] = [shapes[part], scalesOf(part, shapes[part])];
    const at = { part, shape, scale, scales, numbers, second };
    scales += scale.count;
    numbers += sizeOf(shape);
    if (isWide(part)) second += sizeOf(shape);
    return at;
  });
  const view = (buffer: ArrayBuffer) => ({
    halves: new Uint16Array(buffer, 0, scales),
    lower: new Uint8Array(buffer, 2 * scales, numbers),
    narrow: new Int8Array(buffer, 2 * scales, numbers),
    upper: new Int8Array(buffer, 2 * scales + numbers, second),
  });
  return { parts, bytes: 2 * scales + numbers + second, view };
}

export function packNetwork(config: ModelConfig, { weights, directions }: ShownNetwork): Uint8Array {
  const { parts, bytes, view } = layOut(config);
  const packed = new ArrayBuffer(bytes);
  const { halves, lower, upper } = view(packed);
  for (const { part, scale, ...at } of parts) {
    const data = part === 'directions' ? directions.flatMap(({ data }) => [...data]) : weights[part].data;
    const most = LEVELS[part];
    const scales = new Float32Array(scale.count);
    for (let i = 0; i < data.length; i++) {
      const of = scaleOf(scale, i);
      scales[of] = Math.max(scales[of]!, Math.abs(data[i]!) / most);
    }
    const words = new Uint32Array(scales.buffer);
    // Rounded up to what a half can hold, so that no number passes `most`.
    words.forEach((word, i) => {
      halves[at.scales + i] = (word + 0xffff) >>> 16;
      words[i] = halves[at.scales + i]! << 16;
    });
    for (let i = 0; i < data.length; i++) {
      const step = scales[scaleOf(scale, i)]!;
      const level = step === 0 ? 0 : Math.round(data[i]! / step);
      lower[at.numbers + i] = level & 0xff;
      if (isWide(part)) upper[at.second + i] = level >> 8;
    }
  }
  return new Uint8Array(packed);
}

/** `packed` must come from packNetwork. */
export function unpackNetwork(config: ModelConfig, packed: ArrayBuffer): ShownNetwork {
  const { parts, view } = layOut(config);
  const { halves, lower, narrow, upper } = view(packed);
  const scales = new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  const tensors: Partial<Record<Part, Tensor>> = {};
  for (const { part, shape, scale, ...at } of parts) {
    const data = new Float32Array(sizeOf(shape));
    const { columns, first, step } = scale;
    // Two loops: the narrow parts are most of a network.
    for (let i = 0; i < data.length;) {
      let of = at.scales + first(i / columns);
      const end = i + columns;
      if (isWide(part))
        for (; i < end; i++, of += step)
          data[i] = (upper[at.second + i]! * 256 + lower[at.numbers + i]!) * scales[of]!;
      else for (; i < end; i++, of += step) data[i] = narrow[at.numbers + i]! * scales[of]!;
    }
    tensors[part] = createTensor(shape, data);
  }
  const { directions, ...weights } = tensors as Record<Part, Tensor>;
  return { weights, directions: headsOf(directions) };
}

const headsOf = ({ shape, data }: Tensor): Matrix[] => {
  const [heads, d_model] = shape as [number, number, number];
  return Array.from({ length: heads }, (_, head) =>
    createMatrix(d_model, 1, Float64Array.from(data.subarray(head * d_model, (head + 1) * d_model))),
  );
};
