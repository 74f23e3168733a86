// fourier/: which frequencies the network computes with, from its weights.
import { OPERATION_NAMES } from '../task/operations.ts';
import { byName, count, list, number, orNull, record, text, word } from './fields.ts';
import { withFormerNames } from './former-names.ts';

export const fourierSummary = record(
  withFormerNames({
    p: count,
    operation: word(...OPERATION_NAMES),
    not_measured: orNull(text),
    /** The order of the group, and the number at each index in it. */
    order: orNull(count),
    tokens_by_index: orNull(list(count)),
    frequencies: count,
    components: count,
    key_frequencies: orNull(
      record({
        embedding_quarter_max: list(count),
        logit_map_quarter_max: list(count),
        logit_map_tenth_max: list(count),
        logit_map_half_max: list(count),
        singular_vectors_quarter_max: list(count),
      }),
    ),
    key_frequencies_by_all_rules: orNull(list(count)),
    energy_in_key_frequencies_W_E: orNull(number),
    energy_in_key_frequencies_W_logit: orNull(number),
    gini: record(
      withFormerNames({
        power_per_frequency_W_E: number,
        component_norms_W_E: number,
        power_per_frequency_W_logit: number,
        component_norms_W_logit: number,
      }),
    ),
    /** By TransformerLens' name of the weight. */
    sum_squared_weights: byName(number),
    /** The number in the name is how many left singular vectors were used. By frequency, 0 first. */
    'singular_vector_spectrum_first*': list(number),
    /** By component. */
    fourier_norms_W_E: list(number),
    fourier_norms_W_logit: list(number),
  }),
);

/** Fields by which networks are compared, as in train.ts. */
export const fourierCompared = ['key_frequencies.logit_map_quarter_max'] as const;
