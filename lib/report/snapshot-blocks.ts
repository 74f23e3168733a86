// The weights in the page: those of as many checkpoints as there is room for, the last of them in float32.
import { deflateRawSync } from 'node:zlib';
import type { Checkpoints } from '../artifacts/checkpoints.ts';
import { carryBiases } from '../network/biases.ts';
import {
  flattenWeights,
  parameterCount,
  viewWeights,
  type ModelConfig,
  type Weights,
} from '../network/config.ts';
import { residualRows, scoreDirections } from '../network/forward.ts';
import { packNetwork, showNetwork } from './packed-weights.ts';
import { chooseSnapshots, type Checkpoint } from './snapshots.ts';
import { lengthAsText } from './text-bytes.ts';

/** How many checkpoints are in the page with their weights, if there is room. */
const SNAPSHOTS = 40;

export interface SnapshotBlocks {
  readonly epochs: readonly number[];
  /** One per epoch, deflated: from packNetwork; the last one in float32, in the order of WEIGHT_NAMES. */
  readonly blocks: readonly Uint8Array[];
  /** Whether more would have been shown if the page could be larger. */
  readonly lack_room: boolean;
}

/**
 * `weights`: those of the trained network, which carry its biases; without checkpoints, the only block. `room`: bytes that the
 * blocks may take as text.
 */
export async function snapshotBlocks(
  config: ModelConfig,
  weights: Weights,
  checkpoints: Checkpoints | null,
  landmarks: readonly number[],
  room: number,
): Promise<SnapshotBlocks> {
  if (!checkpoints) return { epochs: [0], blocks: [whole(config, weights)], lack_room: false };
  const { records, read } = checkpoints;
  const last = records.length - 1;
  const end = whole(config, weights);
  const left = room - lengthAsText(end);
  const way = await wayOf(checkpoints);
  const packed = new Map<number, Uint8Array>();
  const pack = async (index: number): Promise<Uint8Array> =>
    deflate(packNetwork(config, showNetwork(config, carryBiases(await read(index)).weights)));
  for (let count = Math.min(SNAPSHOTS, records.length); ; count--) {
    const epochs = chooseSnapshots(way, landmarks, Math.max(2, count));
    let bytes = 0;
    const blocks = [];
    for (const [index, { epoch }] of records.entries()) {
      if (index === last || !epochs.includes(epoch)) continue;
      const block = packed.get(index) ?? (await pack(index));
      packed.set(index, block);
      blocks.push(block);
      bytes += lengthAsText(block);
    }
    const lack_room = count < Math.min(SNAPSHOTS, records.length);
    if (bytes <= left || count <= 2) return { epochs, blocks: [...blocks, end], lack_room };
    // Goes on with as many as would fit by their mean size, so that a large network is not packed again and again.
    count = Math.min(count, Math.ceil((blocks.length * left) / bytes) + 1);
  }
}

const deflate = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { level: 9 });

/**
 * All weights, with a W_Q and a W_K that give the same scores: the first column of W_Q makes 1 of the residual row of `=`, the
 * first column of W_K is the score direction times sqrt(d_head). All else in them is zero, which deflates to nothing.
 */
function whole(config: ModelConfig, weights: Weights): Uint8Array {
  const flat = flattenWeights(config, weights);
  const { W_Q, W_K } = viewWeights(config, flat);
  const { d_model, d_head } = config;
  const equals = residualRows(config, weights)[2]!;
  const square = equals.data.reduce((sum, x) => sum + x * x, 0);
  W_Q.data.fill(0);
  W_K.data.fill(0);
  scoreDirections(config, weights, equals).forEach((direction, head) => {
    for (let i = 0; i < d_model; i++) {
      const first = (head * d_model + i) * d_head;
      W_Q.data[first] = equals.data[i]! / square;
      W_K.data[first] = direction.data[i]! * Math.sqrt(d_head);
    }
  });
  return deflate(new Uint8Array(flat.buffer, 0, 4 * parameterCount(config)));
}

async function wayOf({ records, read }: Checkpoints): Promise<Checkpoint[]> {
  const way: Checkpoint[] = [];
  for (const [index, { epoch }] of records.entries()) {
    let sum = 0;
    for (const { data } of Object.values((await read(index)).weights)) for (const w of data) sum += w * w;
    way.push({ epoch, sum_squared_weights: sum });
  }
  return way;
}
