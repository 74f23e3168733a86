// Where a run begins: at drawn weights, at those of a model, or at a state that another run has kept.
import type { Engine, TrainingState } from '../engines/engine.ts';
import { Failure } from '../files/failure.ts';
import { flattenWeights, type ModelConfig, type Weights } from '../network/config.ts';
import { initialWeights } from '../network/initial.ts';
import type { HistoryRecord } from './history.ts';
import type { Journal } from './journal.ts';
import type { Origin } from './kept-state.ts';

export interface Start {
  readonly origin: Origin;
  /** What the engine begins with. Made once it is known that it fits in memory. */
  first(): Pick<TrainingState, 'weights'> & Partial<TrainingState>;
  /** What was logged before it; null where nothing was. */
  readonly parent: Parent | null;
}

/** A run up to the state that another one goes on from. */
export interface Parent {
  readonly epoch: number;
  readonly records: readonly HistoryRecord[];
  /** Epochs and weights. */
  checkpoints(): AsyncIterable<readonly [number, Float32Array]>;
  /** Of the journal that had logged this. */
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

/** The weights of a model, with moments that are zero. */
export function startFromModel(config: ModelConfig, weights: Weights, operation: string): Start {
  const first = (): Pick<TrainingState, 'weights'> => ({ weights: flattenWeights(config, weights) });
  return { origin: { config, operation, seed: null }, first, parent: null };
}

/** Throws Failure, naming the param, where a fork would have other sizes, another task or other first weights. */
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
    `${name} is ${String(mine)}, and the run that it goes on from has ${String(theirs)}`,
    `set it as there, as with --set ${name}=${String(theirs)}`,
  );
}

/** Puts a fresh engine and an empty journal at the start. Throws Failure where the parent is not the one of its state. */
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
