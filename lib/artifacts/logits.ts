// logits/: which frequencies the logits consist of, the losses without parts of the network, and the verdict.
import { OPERATION_NAMES } from '../task/operations.ts';
import { byName, count, either, flag, list, nothing, number, orNull, record, text, word } from './fields.ts';

const NETWORK = { p: count, operation: word(...OPERATION_NAMES) };

/** Over all pairs, the training pairs and the held-out pairs; the last two are null if the split is not known. */
const bySet = record({ all: number, train: number, test: number });

/** A value, with what Zhong et al. found for both algorithms. */
const clockOrPizza = record({ value: number, clock: number, pizza: number });

const verdict = record({
  clock: word('yes', 'partly', 'no'),
  rule: text,
  criteria: list(
    record({
      name: text,
      value: number,
      from: orNull(number),
      to: orNull(number),
      met: flag,
      needed: flag,
      source: text,
    }),
  ),
  pizza: record({
    gradient_symmetricity: clockOrPizza,
    distance_irrelevance: clockOrPizza,
    circularity: record({ value: number }),
  }),
});

/** Over all pairs; `head_zeroed` by head. */
const ablation = record({ head_zeroed: list(number), mlp_skip_zeroed: number, mlp_zeroed: number });

/** Over all pairs; `each_key_dropped` by frequency. */
const embedding = record({ only_key: number, each_key_dropped: byName(number), all_key_dropped: number });

export const logitsSummary = either(
  record({
    ...NETWORK,
    not_measured: nothing,
    verdict,
    key_used: list(count),
    loss: bySet,
    accuracy: bySet,
    /** From here on, over the pairs in the group. */
    loss_in_group: bySet,
    accuracy_in_group: bySet,
    loss_of_cosine_logits: number,
    restricted_loss_logits: bySet,
    restricted_accuracy_logits: bySet,
    restricted_loss_neurons: bySet,
    restricted_accuracy_neurons: bySet,
    excluded_loss_logits: bySet,
    excluded_accuracy_logits: bySet,
    excluded_loss_neurons: bySet,
    excluded_accuracy_neurons: bySet,
    excluded_loss_cosines: bySet,
    excluded_accuracy_cosines: bySet,
    ablation_loss_all: ablation,
    embedding_frequency_loss_all: embedding,
    ablation_accuracy_all: ablation,
    embedding_frequency_accuracy_all: embedding,
    /** Each list has one entry per draw of random frequencies. */
    controls: record({
      frequencies: list(list(count)),
      logit_explained: list(number),
      restricted_loss_logits: bySet,
      excluded_loss_logits: bySet,
      embedding_loss_all: record({ only: list(number), dropped: list(number) }),
    }),
    /** By frequency, 1 first. */
    logit_cosine_coefficients: list(number),
    logit_cosine_similarity: list(number),
    logit_explained_by_key: record({ uncentred: number, centred: number }),
    /** Null if the split is not known. */
    excluded_loss_logits_per_frequency_train: orNull(list(number)),
    excluded_loss_logits_per_frequency_all: list(number),
    trig_ratio: record({ neuron_pre: number, neuron_post: number, logits: number }),
    distance_irrelevance: number,
    circularity: number,
    gradient_symmetricity: number,
  }),
  record({
    ...NETWORK,
    not_measured: text,
    verdict: nothing,
    key_used: nothing,
    logit_cosine_coefficients: nothing,
    logit_explained_by_key: nothing,
    restricted_loss_logits: nothing,
    restricted_loss_neurons: nothing,
    excluded_loss_logits: nothing,
    excluded_loss_neurons: nothing,
    excluded_loss_cosines: nothing,
    trig_ratio: nothing,
    distance_irrelevance: nothing,
    gradient_symmetricity: nothing,
  }),
);
