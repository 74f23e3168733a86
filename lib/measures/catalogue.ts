// Every measure by name: what it says, what it needs, where it comes from. The columns of measures.arrow, fields of summaries,
// legends and docs/measures.md are made from this catalogue. It describes the measures; the other files here compute them.
// In formulas, n is the order of the group, a and b are indices in it, L the logits at `=`, T the projection on cos and sin of
// w_k (a + b) for key k, m the neurons after the ReLU, F the Fourier basis.

/** What a network must have for a measure to be defined; otherwise it is null. Key frequencies need a group. */
export type Need = 'nothing' | 'group' | 'key';

export interface Measure {
  /** In legends and captions. */
  readonly name: string;
  /** A sentence. */
  readonly says: string;
  readonly unit: 'nats' | 'share' | 'sum of squares' | 'directions' | 'norm' | 'coefficient' | 'value';
  readonly needs: Need;
  /** Measured at every checkpoint, or of the trained network only. */
  readonly every: 'checkpoint' | 'last';
  /** The measure has one number for each of these; absent if it is a single number. Sets: all, training and held-out pairs. */
  readonly by?: 'set' | 'weight' | 'component' | 'frequency' | 'index';
  /** Name of the accuracy that belongs to a loss: the share of pairs whose largest logit is that of the answer. */
  readonly accuracy?: string;
  readonly formula?: string;
  readonly source?: string;
}

const NANDA = 'Nanda et al. 2023, section 5.1';
const LENS = 'TransformerLens’ demo';
const CHUGHTAI = 'Chughtai et al. 2023';
const ZHONG = 'Zhong et al. 2023';

const ALWAYS = { needs: 'nothing', every: 'checkpoint' } as const;
const LAST = { needs: 'group', every: 'last', unit: 'share' } as const;
const WEIGHT_SHARE = { ...ALWAYS, unit: 'share' } as const;
const KEY_SHARE = { needs: 'key', every: 'checkpoint', unit: 'share' } as const;
const TRIG = { ...KEY_SHARE, source: 'ARENA’s exercises' } as const;
const LAST_BY_FREQUENCY = { ...LAST, unit: 'nats', by: 'frequency' } as const;
const NORMS = { ...ALWAYS, unit: 'norm', by: 'component' } as const;
const VALUES = { ...ALWAYS, unit: 'value', by: 'index' } as const;
const RANK = { ...ALWAYS, unit: 'directions' } as const;
const LOSS = { needs: 'key', every: 'checkpoint', unit: 'nats', by: 'set' } as const;

export const MEASURES = {
  loss: {
    accuracy: 'accuracy',
    name: 'full network',
    says: 'Mean cross-entropy of the network as it is, over the pairs of the task.',
    ...LOSS,
    needs: 'nothing',
  },
  loss_in_group: {
    accuracy: 'accuracy_in_group',
    name: 'full network',
    says: 'The same loss over the pairs in the group only, as in all losses below. It differs from the loss above where a number is outside the group, as 0 is for multiplication.',
    ...LOSS,
    needs: 'group',
  },
  restricted_loss_logits: {
    accuracy: 'restricted_accuracy_logits',
    name: 'restricted, logits',
    says: 'Loss when only the mean of the logits and their part in cos and sin of w_k (a + b), for key k, are kept.',
    ...LOSS,
    formula: 'T L + mean(L − T L)',
    source: NANDA,
  },
  restricted_loss_neurons: {
    accuracy: 'restricted_accuracy_neurons',
    name: 'restricted, neurons',
    says: 'Loss when the logits are only their mean and what the neurons’ part in cos and sin of w_k (a + b), for key k, contributes.',
    ...LOSS,
    formula: '(T m) W_logit + mean(L)',
    source: LENS,
  },
  excluded_loss_logits: {
    accuracy: 'excluded_accuracy_logits',
    name: 'excluded, logits',
    says: 'Loss of the logits without their part in cos and sin of w_k (a + b), for key k.',
    ...LOSS,
    formula: 'L − T L',
    source: NANDA,
  },
  excluded_loss_neurons: {
    accuracy: 'excluded_accuracy_neurons',
    name: 'excluded, neurons',
    says: 'Loss of the logits without what the neurons’ part in cos and sin of w_k (a + b), for key k, contributes.',
    ...LOSS,
    formula: 'L − (T m) W_logit',
    source: LENS,
  },
  loss_of_cosine_logits: {
    accuracy: 'accuracy_of_cosine_logits',
    name: 'cosines only',
    says: 'Loss when the logits are only their part in the cosines of w_k (a + b − c), for key k; over the n answers of the group.',
    ...LOSS,
    formula: 'Σ α_k u_k',
    source: CHUGHTAI,
  },
  excluded_loss_cosines: {
    accuracy: 'excluded_accuracy_cosines',
    name: 'excluded, cosines',
    says: 'Loss of the logits without their part in the cosines of w_k (a + b − c), for key k. This is the excluded loss of Chughtai et al., which differs from the two above.',
    ...LOSS,
    formula: 'L − Σ α_k u_k',
    source: CHUGHTAI,
  },
  logit_explained_by_key: {
    name: 'logits explained',
    says: 'Share of the squared norm of the logits that is in the cosines of w_k (a + b − c), for key k.',
    ...KEY_SHARE,
    formula: 'Σ α_k² / |L|²',
    source: CHUGHTAI,
  },
  logit_explained_by_key_centred: {
    name: 'logits explained, centred',
    says: 'The same share for the logits minus their mean over c.',
    ...KEY_SHARE,
  },
  trig_ratio_neuron_pre: {
    name: 'trig ratio, neurons before the ReLU',
    says: 'Share of the variance over all pairs that is in cos and sin of w_k (a + b), for key k; mean over the neurons before the ReLU.',
    ...TRIG,
  },
  trig_ratio_neuron_post: {
    name: 'trig ratio, neurons after the ReLU',
    says: 'The same share for the neurons after the ReLU.',
    ...TRIG,
  },
  trig_ratio_logits: {
    name: 'trig ratio, logits',
    says: 'The same share for the logits.',
    ...TRIG,
  },
  distance_irrelevance: {
    name: 'distance irrelevance',
    says: 'How little the correct logit depends on a − b: near 0 for a pizza, near 1 for a clock.',
    ...ALWAYS,
    unit: 'share',
    needs: 'group',
    source: ZHONG,
  },
  sum_squared_weights: {
    name: 'sum of squared weights',
    says: 'Sum of the squares of all entries of all weights, which is what weight decay lowers.',
    ...ALWAYS,
    unit: 'sum of squares',
    source: NANDA,
  },
  gini_power_per_frequency_W_E: {
    name: 'Gini of W_E, power',
    says: 'Gini coefficient of the power per frequency in W_E: 0 if all frequencies have the same power, near 1 if a few have nearly all.',
    ...WEIGHT_SHARE,
    formula: 'Gini(sin² + cos²)',
  },
  gini_component_norms_W_E: {
    name: 'Gini of W_E, norms',
    says: 'Gini coefficient of the norms of all Fourier components of W_E, the constant included.',
    ...WEIGHT_SHARE,
  },
  effective_rank_W_E: {
    name: 'effective rank of W_E',
    says: 'How many directions of W_E count: exp of the entropy of the squared singular values.',
    ...RANK,
  },
  energy_in_key_frequencies_W_E: {
    name: 'W_E in key frequencies',
    says: 'Share of the squared norm of W_E that is in sines and cosines of the key frequencies.',
    ...KEY_SHARE,
    source: CHUGHTAI,
  },
  gini_power_per_frequency_W_logit: {
    name: 'Gini of W_logit, power',
    says: 'Gini coefficient of the power per frequency in W_logit = W_out W_U, over the answers.',
    ...WEIGHT_SHARE,
  },
  gini_component_norms_W_logit: {
    name: 'Gini of W_logit, norms',
    says: 'Gini coefficient of the norms of all Fourier components of W_logit, the constant included.',
    ...WEIGHT_SHARE,
  },
  effective_rank_W_logit: {
    name: 'effective rank of W_logit',
    says: 'How many directions of W_logit count.',
    ...RANK,
  },
  energy_in_key_frequencies_W_logit: {
    name: 'W_logit in key frequencies',
    says: 'Share of the squared norm of W_logit that is in sines and cosines of the key frequencies.',
    ...KEY_SHARE,
    source: CHUGHTAI,
  },
  logit_cosine_coefficients: {
    name: 'coefficients of the cosines',
    says: 'Inner product of the logits with the unit cosine u_k of w_k (a + b − c), for every k.',
    ...ALWAYS,
    unit: 'coefficient',
    needs: 'group',
    by: 'frequency',
    formula: 'α_k = ⟨L, u_k⟩',
    source: LENS,
  },
  sum_squared_weights_by_weight: {
    name: 'sum of squares of each weight',
    says: 'Sum of the squares of the entries of each weight.',
    ...ALWAYS,
    unit: 'sum of squares',
    by: 'weight',
  },
  fourier_norms_W_E: {
    name: 'Fourier norms of W_E',
    says: 'Norm of each row of F W_E.',
    ...NORMS,
    source: NANDA,
  },
  singular_values_W_E: {
    name: 'singular values of W_E',
    says: 'Singular values of W_E without the row of =.',
    ...VALUES,
  },
  fourier_norms_W_logit: {
    name: 'Fourier norms of W_logit',
    says: 'Norm of each Fourier component of W_logit over the answers.',
    ...NORMS,
    source: LENS,
  },
  singular_values_W_logit: {
    name: 'singular values of W_logit',
    says: 'Singular values of W_logit.',
    ...VALUES,
  },
  excluded_loss_logits_per_frequency_train: {
    name: 'excluded, one k at a time',
    says: 'Train loss of the logits without the part of one frequency, for every k; empty if the split is not known.',
    ...LAST_BY_FREQUENCY,
    source: NANDA,
  },
  excluded_loss_logits_per_frequency_all: {
    name: 'excluded, one k at a time, all pairs',
    says: 'The same over all pairs.',
    ...LAST_BY_FREQUENCY,
  },
  circularity: {
    name: 'circularity',
    says: 'How nearly the first four principal components of W_E are waves of one frequency each.',
    ...LAST,
    source: ZHONG,
  },
  gradient_symmetricity: {
    name: 'gradient symmetricity',
    says: 'How similarly a and b affect a logit: mean cosine between the gradients with respect to their embeddings, near 1 for a pizza.',
    ...LAST,
    source: ZHONG,
  },
  tuned_neurons: {
    name: 'neurons of one frequency',
    says: 'Share of the neurons for which one frequency explains more than 85 % of the variance.',
    ...LAST,
    source: 'Nanda et al. 2023, section 4.2',
  },
} as const satisfies Readonly<Record<string, Measure>>;
