// train/states/<epoch>.safetensors: everything that training needs to go on after the step of an epoch. Weights are under
// their names, both moments under `m.W_E` and `v.W_E`. The metadata say which run it is from and carry a hash of that run's
// records and checkpoints, so that the hash of this file stands for all of them.
import { createHash } from 'node:crypto';
import type { TrainingState } from '../engines/engine.ts';
import { badFile } from '../files/failure.ts';
import { readSafetensors, writeSafetensors } from '../files/safetensors.ts';
import type { Tensor } from '../files/tensor.ts';
import {
  parameterCount,
  viewWeights,
  WEIGHT_NAMES,
  weightShapes,
  type ModelConfig,
} from '../network/config.ts';

/** What a run began with, which no fork of it can change. */
export interface Origin {
  readonly config: ModelConfig;
  readonly operation: string;
  /** Seed of the drawn weights; null if the run began with those of a model. */
  readonly seed: number | null;
}

export interface KeptState {
  readonly origin: Origin;
  readonly epoch: number;
  readonly state: TrainingState;
  /** Hash of the records and checkpoints up to this state. */
  readonly extent: string;
}

const VERSION = '1';
const PARTS = ['weights', 'm', 'v'] as const;
const nameIn = (part: (typeof PARTS)[number], name: string): string =>
  part === 'weights' ? name : `${part}.${name}`;

/** Writes a state; the same state gives the same bytes. */
export async function writeKeptState(
  path: string,
  { origin, epoch, state, extent }: KeptState,
): Promise<void> {
  const tensors: Record<string, Tensor> = {};
  for (const part of PARTS) {
    const views = viewWeights(origin.config, state[part]);
    for (const name of WEIGHT_NAMES) tensors[nameIn(part, name)] = views[name];
  }
  const about = { version: VERSION, origin: JSON.stringify(origin), epoch: String(epoch), extent };
  await writeSafetensors(path, tensors, { ...about, sha256: hashOf(about, state) });
}

/** Reads a state. Throws Failure if the file is missing, damaged or holds none. */
export async function readKeptState(path: string): Promise<KeptState> {
  const { tensors, metadata } = await readSafetensors(path);
  const { version, origin: json = 'null', epoch = '', extent = '', sha256 } = metadata;
  const foreign = badFile(path, 'is not a state that train kept');
  if (version !== VERSION) throw foreign;
  const origin = parseOrigin(json);
  if (!origin) throw foreign;
  const { config } = origin;
  const shapes = weightShapes(config);
  const read = (part: (typeof PARTS)[number]): Float32Array => {
    const flat = new Float32Array(parameterCount(config));
    const views = viewWeights(config, flat);
    for (const name of WEIGHT_NAMES) {
      const tensor = tensors[nameIn(part, name)];
      if (tensor?.shape.join() !== shapes[name].join()) throw foreign;
      views[name].data.set(tensor.data);
    }
    return flat;
  };
  const state = { weights: read('weights'), m: read('m'), v: read('v'), step: Number(epoch) + 1 };
  if (hashOf({ version, origin: json, epoch, extent }, state) !== sha256) throw badFile(path, 'is damaged');
  return { origin, epoch: Number(epoch), state, extent };
}

function hashOf(about: Readonly<Record<string, string>>, state: TrainingState): string {
  const hash = createHash('sha256').update(JSON.stringify(about));
  for (const part of PARTS) {
    const { buffer, byteOffset, byteLength } = state[part];
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

function parseOrigin(json: string): Origin | null {
  try {
    const { config, operation, seed } = JSON.parse(json) as Partial<Origin>;
    const { p, d_model, n_heads, d_head, d_mlp } = config!;
    const sizes = [p, d_model, n_heads, d_head, d_mlp];
    const isGood = sizes.every((size) => Number.isSafeInteger(size) && size > 0 && size < 2 ** 20);
    if (!isGood || typeof operation !== 'string' || (seed !== null && typeof seed !== 'number')) return null;
    return { config: { p, d_model, n_heads, d_head, d_mlp }, operation, seed };
  } catch {
    return null;
  }
}

/** Whether a run keeps its state after the step of this epoch. The state after its last step is kept in any case. */
export const isStateDue = (epoch: number, state_every: number): boolean =>
  state_every > 0 && epoch > 0 && epoch % state_every === 0;

/** The param state_every; by default a tenth of the epochs, rounded up to a multiple of log_every. */
export function stateEvery({
  state_every,
  epochs,
  log_every,
}: {
  readonly state_every: number | null;
  readonly epochs: number;
  readonly log_every: number;
}): number {
  return state_every ?? Math.ceil(epochs / 10 / log_every) * log_every;
}
