// Interventions on the weights that a run begins with, one after the other (train.edit). What a part means is what the
// ablations of lib/measures mean by it.
import { Failure } from '../files/failure.ts';
import { createTensor } from '../files/tensor.ts';
import { withoutFrequencies, withoutHead, withOnlyFrequencies } from '../measures/ablations.ts';
import { bestFrequencies, frequencyShares } from '../measures/neuron-frequencies.ts';
import {
  flattenWeights,
  viewWeights,
  WEIGHT_NAMES,
  type ModelConfig,
  type WeightName,
  type Weights,
} from '../network/config.ts';
import { runNetwork } from '../network/forward.ts';
import { OPERATIONS, type Operation } from '../task/operations.ts';
import type { Start } from './start.ts';

export type Edit =
  | { readonly W_E: 'keep' | 'remove'; readonly frequencies: readonly number[] }
  | { readonly head: number; readonly zero: true }
  | { readonly neurons: Neurons; readonly zero: true }
  | { readonly neurons: Neurons; readonly keep: true };

/** By number, or all whose best frequency is this one. */
type Neurons = readonly number[] | { readonly frequency: number };

/** The weights after all edits. Throws Failure where an edit names a part that this network does not have. */
export const applyEdits = (
  config: ModelConfig,
  operation: Operation,
  weights: Weights,
  edits: readonly Edit[],
): Weights => edits.reduce((edited, edit) => applyEdit(config, operation, edited, edit), weights);

function applyEdit(config: ModelConfig, operation: Operation, weights: Weights, edit: Edit): Weights {
  if ('W_E' in edit) {
    refuseUngrouped(config, operation, edit);
    const { frequencies } = edit;
    refuseAbsent(edit, frequencies, 1, config.p >> 1, 'frequencies');
    const change = edit.W_E === 'keep' ? withOnlyFrequencies : withoutFrequencies;
    return change(weights, config.p, frequencies);
  }
  if ('head' in edit) {
    refuseAbsent(edit, [edit.head], 0, config.n_heads - 1, 'heads');
    return withoutHead(config, weights, edit.head);
  }
  const chosen = new Set(chooseNeurons(config, operation, weights, edit));
  return silence(config, weights, (neuron) => ('zero' in edit ? chosen.has(neuron) : !chosen.has(neuron)));
}

function chooseNeurons(
  config: ModelConfig,
  operation: Operation,
  weights: Weights,
  edit: Edit & { readonly neurons: Neurons },
): readonly number[] {
  const { neurons } = edit;
  if (!('frequency' in neurons)) {
    refuseAbsent(edit, neurons, 0, config.d_mlp - 1, 'neurons');
    return neurons;
  }
  refuseUngrouped(config, operation, edit);
  refuseAbsent(edit, [neurons.frequency], 1, config.p >> 1, 'frequencies');
  const best = bestFrequencies(frequencyShares(runNetwork(config, weights).post));
  return [...best.keys()].filter((j) => best[j]?.frequency === neurons.frequency);
}

/** The network in which what these neurons write is zero. */
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

/** Frequencies are those of the numbers as they stand in W_E. */
function refuseUngrouped({ p }: ModelConfig, operation: Operation, edit: Edit): void {
  const group = OPERATIONS[operation].group(p);
  if (group !== null && 'n' in group && group.n === p) return;
  throw new Failure(
    `${written(edit)}: frequencies of W_E are those of a + b and a - b modulo p, and this network learnt ${operation}`,
    'name neurons by their numbers, or leave it out',
  );
}

/** A start with its weights edited; the moments of each tensor that changed are zero. */
export function editStart(start: Start, operation: Operation, edits: readonly Edit[]): Start {
  if (edits.length === 0) return start;
  const { config } = start.origin;
  const first: Start['first'] = () => {
    const state = start.first();
    const before = viewWeights(config, state.weights);
    const after = applyEdits(config, operation, before, edits);
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
