// neurons/: which frequency each neuron computes with. neurons.arrow has one row per neuron; a dead neuron (one that never
// varies) has frequency 0.
import { join } from 'node:path';
import type { NeuronFrequency } from '../measures/neuron-frequencies.ts';
import { readArrow, writeArrow, type ArrowSchema, type Columns } from '../files/arrow.ts';
import { OPERATION_NAMES } from '../task/operations.ts';
import { byName, count, either, list, nothing, number, orNull, record, text, word } from './fields.ts';

const NETWORK = { p: count, d_mlp: count, operation: word(...OPERATION_NAMES) };

export const neuronsSummary = either(
  record({
    ...NETWORK,
    not_measured: nothing,
    cluster_above: number,
    dead_neurons: count,
    key_frequencies: record({ neurons: list(count) }),
    /** How many neurons belong to each frequency. */
    clusters: byName(count),
    neurons_in_clusters: count,
    fraction_explained: record({
      median: orNull(number),
      smallest: orNull(number),
      largest_of_control: number,
    }),
  }),
  record({
    ...NETWORK,
    not_measured: text,
    dead_neurons: nothing,
    key_frequencies: nothing,
    clusters: nothing,
    neurons_in_clusters: nothing,
    fraction_explained: nothing,
  }),
);

const NAME = 'neurons.arrow';

const SCHEMA: ArrowSchema = {
  columns: {
    neuron: { type: 'int32' },
    neuron_frequency: { type: 'int32' },
    neuron_fraction_explained: { type: 'float64' },
    phase: { type: 'float64' },
  },
  metadata: { dead: 'neuron_frequency 0', phase: 'phi of cos(w_k a - phi), radians' },
};

/** Writes the frequency of each neuron, null for a dead one, and its phase. */
export async function writeNeurons(
  folder: string,
  best: readonly (NeuronFrequency | null)[],
  phase: Float64Array,
): Promise<void> {
  await writeArrow(join(folder, NAME), SCHEMA, {
    neuron: Int32Array.from(best.keys()),
    neuron_frequency: Int32Array.from(best, (neuron) => neuron?.frequency ?? 0),
    neuron_fraction_explained: Float64Array.from(best, (neuron) => neuron?.fraction ?? NaN),
    phase,
  });
}

/** Reads the columns of neurons.arrow. Throws Failure if the neurons stage did not write it. */
export async function readNeurons(folder: string): Promise<Columns> {
  return (await readArrow(join(folder, NAME), SCHEMA.columns)).columns;
}
