// Interventions on the weights that a run begins with, applied in order (train.edit). The parts are those of the ablations in
// lib/measures; frequencies are those of the task's group.
import { Failure } from '../files/failure.ts';
import { createTensor, type Tensor } from '../files/tensor.ts';
import { withoutFrequencies, withoutHead, withOnlyFrequencies } from '../measures/ablations.ts';
import type { GroupView } from '../measures/group-view.ts';
import { bestFrequencies, frequencyShares } from '../measures/neuron-frequencies.ts';
import { carryBiases, type Model } from '../network/biases.ts';
import {
  flattenWeights,
  viewWeights,
  WEIGHT_NAMES,
  type ModelConfig,
  type WeightName,
  type Weights,
} from '../network/config.ts';
import { runNetwork } from '../network/forward.ts';
import { createMatrix } from '../numerics/matrix.ts';
import type { Start } from './start.ts';

export type Edit =
  | { readonly W_E: 'keep' | 'remove'; readonly frequencies: readonly number[] }
  | { readonly head: number; readonly zero: true }
  | { readonly neurons: Neurons; readonly zero: true }
  | { readonly neurons: Neurons; readonly keep: true }
  | TakenFromModel;

/** `{ W_U: from, model: FILE }`: takes one weight from a model. */
export type TakenFromModel = { readonly [Name in WeightName]?: 'from' } & { readonly model: string };

/** Weights of the models that edits name, by that name. */
export type Models = ReadonlyMap<string, Weights>;

/** Neurons by number, or all whose best frequency is this one. */
type Neurons = readonly number[] | { readonly frequency: number };

/** The weights after all edits. Throws Failure if an edit names a part that this network does not have. */
export const applyEdits = (
  { weights, ...rest }: Model,
  view: GroupView,
  edits: readonly Edit[],
  models: Models,
): Weights =>
  edits.reduce((edited, edit) => applyEdit({ ...rest, weights: edited }, view, edit, models), weights);

function applyEdit(model: Model, view: GroupView, edit: Edit, models: Models): Weights {
  const { config, weights } = model;
  if ('model' in edit) return takeFrom(models.get(edit.model)!, weights, edit);
  if ('W_E' in edit) {
    refuseFrequencies(view, edit, edit.frequencies);
    const change = edit.W_E === 'keep' ? withOnlyFrequencies : withoutFrequencies;
    const { W_E } = change(view.renumber(weights), view.n, edit.frequencies);
    return { ...weights, W_E: inOwnOrder(W_E, view.numbers) };
  }
  if ('head' in edit) {
    refuseAbsent(edit, [edit.head], 0, config.n_heads - 1, 'heads');
    return withoutHead(config, weights, edit.head);
  }
  const chosen = new Set(chooseNeurons(model, view, edit));
  return silence(config, weights, (neuron) => ('zero' in edit ? chosen.has(neuron) : !chosen.has(neuron)));
}

function takeFrom(model: Weights, weights: Weights, edit: TakenFromModel): Weights {
  const name = WEIGHT_NAMES.find((each) => edit[each] === 'from')!;
  const [theirs, own] = [model[name].shape, weights[name].shape].map((shape) => `[${shape.join(', ')}]`);
  if (theirs === own) return { ...weights, [name]: model[name] };
  throw new Failure(
    `${written(edit)}: ${name} is ${theirs} there and ${own} here`,
    'name a model of these sizes',
  );
}

/** Moves the rows of W_E from the order of a group back to that of their numbers. */
function inOwnOrder({ shape, data }: Tensor, numbers: Int32Array): Tensor {
  const d_model = shape[1]!;
  const own = data.slice();
  numbers.forEach((number, i) => own.set(data.subarray(i * d_model, (i + 1) * d_model), number * d_model));
  return createTensor(shape, own);
}

function chooseNeurons(
  model: Model,
  view: GroupView,
  edit: Edit & { readonly neurons: Neurons },
): readonly number[] {
  const { neurons } = edit;
  const { config, weights } = carryBiases(model);
  const { d_mlp } = config;
  if (!('frequency' in neurons)) {
    refuseAbsent(edit, neurons, 0, d_mlp - 1, 'neurons');
    return neurons;
  }
  refuseFrequencies(view, edit, [neurons.frequency]);
  const { post } = runNetwork(config, view.renumber(weights), view.pairs);
  const rows = view.n ** 2;
  const inside = createMatrix(rows, d_mlp, post.data.subarray(0, rows * d_mlp));
  const best = bestFrequencies(frequencyShares(inside));
  return [...best.keys()].filter((j) => best[j]?.frequency === neurons.frequency);
}

/** The network without the output of these neurons. */
function silence(
  { d_model, d_mlp }: ModelConfig,
  weights: Weights,
  isSilent: (neuron: number) => boolean,
): Weights {
  const data = weights.W_out.data.slice();
  for (let j = 0; j < d_mlp; j++) if (isSilent(j)) data.fill(0, j * d_model, (j + 1) * d_model);
  return { ...weights, W_out: createTensor(weights.W_out.shape, data) };
}

const written = (edit: Edit): string => `train.edit: ${JSON.stringify(edit)}`;

function refuseAbsent(edit: Edit, numbers: readonly number[], from: number, to: number, what: string): void {
  const absent = numbers.find((number) => !(number >= from && number <= to));
  if (absent === undefined) return;
  throw new Failure(`${written(edit)}: there is no ${absent} (${what} are ${from} to ${to})`, 'name others');
}

function refuseFrequencies(view: GroupView, edit: Edit, frequencies: readonly number[]): void {
  if (view.why !== null)
    throw new Failure(`${written(edit)}: ${view.why}`, 'name neurons by their numbers, or leave it out');
  refuseAbsent(edit, frequencies, 1, view.n >> 1, 'frequencies');
}

/** A start with edited weights; the moments of each weight that changed are zero. */
export function editStart(start: Start, view: GroupView, edits: readonly Edit[], models: Models): Start {
  if (edits.length === 0) return start;
  const { config } = start.origin;
  const first: Start['first'] = () => {
    const state = start.first();
    const before = viewWeights(config, state.weights);
    const after = applyEdits({ config, weights: before, biases: null }, view, edits, models);
    const changed = WEIGHT_NAMES.filter((name) => after[name] !== before[name]);
    const edited = { ...state, weights: flattenWeights(config, after) };
    for (const moment of ['m', 'v'] as const)
      if (state[moment]) edited[moment] = withZeros(config, state[moment], changed);
    return edited;
  };
  return { ...start, first };
}

function withZeros(config: ModelConfig, flat: Float32Array, names: readonly WeightName[]): Float32Array {
  const copy = flat.slice();
  const views = viewWeights(config, copy);
  for (const name of names) views[name].data.fill(0);
  return copy;
}
