// neurons/: which frequency each neuron computes with.
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
