// Where a run starts: from drawn weights, from those of a model, or from a state that another run has kept.
import type { Engine, TrainingState } from '../engines/engine.ts';
import { Failure } from '../files/failure.ts';
import { flattenWeights, type ModelConfig, type Weights } from '../network/config.ts';
import { initialWeights } from '../network/initial.ts';
import type { HistoryRecord } from './history.ts';
import type { Journal } from './journal.ts';
import type { Origin } from './kept-state.ts';

export interface Start {
  readonly origin: Origin;
  /** What the engine starts with. Called only once it is known to fit in memory. */
  first(): Pick<TrainingState, 'weights'> & Partial<TrainingState>;
  /** The run that this one continues; null if there is none. */
  readonly parent: Parent | null;
}

/** A run up to the state from which another one continues. */
export interface Parent {
  readonly epoch: number;
  readonly records: readonly HistoryRecord[];
  /** Yields the epoch and the weights of each. */
  checkpoints(): AsyncIterable<readonly [number, Float32Array]>;
  /** Hash of these records and checkpoints (Journal.extent). */
  readonly extent: string;
  /** The folder of the run, for messages. */
  readonly folder: string;
}

type Sizes = Omit<ModelConfig, 'p'>;

/** Weights drawn as TransformerLens draws them. */
export function startFromSeed(
  { d_model, n_heads, d_head, d_mlp, seed }: Sizes & { readonly seed: number },
  { p, operation }: { readonly p: number; readonly operation: string },
): Start {
  const config = { p, d_model, n_heads, d_head, d_mlp };
  const first = (): Pick<TrainingState, 'weights'> => ({
    weights: flattenWeights(config, initialWeights(config, seed)),
  });
  return { origin: { config, operation, seed }, first, parent: null };
}

/** The weights of a model, with zero moments. */
export function startFromModel(config: ModelConfig, weights: Weights, operation: string): Start {
  const first = (): Pick<TrainingState, 'weights'> => ({ weights: flattenWeights(config, weights) });
  return { origin: { config, operation, seed: null }, first, parent: null };
}

/** Throws Failure, naming the param, if a fork would have other sizes, another task or another seed than its parent. */
export function refuseOtherRun(
  { config, operation, seed }: Origin,
  params: Sizes & { readonly seed: number },
  task: { readonly p: number; readonly operation: string },
): void {
  const { d_model, n_heads, d_head, d_mlp } = params;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['dataset.p', task.p, config.p],
    ['dataset.operation', task.operation, operation],
    ['train.d_model', d_model, config.d_model],
    ['train.n_heads', n_heads, config.n_heads],
    ['train.d_head', d_head, config.d_head],
    ['train.d_mlp', d_mlp, config.d_mlp],
    ['train.seed', params.seed, seed ?? params.seed],
  ];
  const other = pairs.find(([, mine, theirs]) => mine !== theirs);
  if (!other) return;
  const [name, mine, theirs] = other;
  throw new Failure(
    `${name} is ${String(mine)}, but the run that is continued has ${String(theirs)}`,
    `use the same value: --set ${name}=${String(theirs)}`,
  );
}

/** Brings a new engine and an empty journal to the start. Throws Failure if the parent's files do not belong to its state. */
export async function begin(
  { first, parent }: Start,
  engine: Pick<Engine, 'writeState'>,
  journal: Journal,
): Promise<void> {
  engine.writeState(first());
  if (!parent) return;
  await journal.begin(parent.records, parent.checkpoints());
  if (journal.extent === parent.extent) return;
  throw new Failure(
    `${parent.folder}: history and checkpoints are not those of its state of epoch ${parent.epoch}`,
    'start from a folder as train left it',
  );
}
