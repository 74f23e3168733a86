// Figures of scalar measures over training; measures that belong together share a figure.

export interface ScalarFigure {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  readonly y: string;
  readonly label: string;
  readonly log?: boolean;
  /** Name in the legend -> column. */
  readonly series: Readonly<Record<string, string>>;
}

export const SCALAR_FIGURES: readonly ScalarFigure[] = [
  {
    name: 'progress_measures',
    title: 'Progress measures',
    subtitle: 'Restricted: only the key frequencies of the logits are kept. Excluded: they are taken out.',
    y: 'loss',
    label: 'cross-entropy (nats)',
    log: true,
    series: {
      train: 'loss_train',
      test: 'loss_test',
      'restricted (all pairs)': 'restricted_loss_logits_all',
      'excluded (train)': 'excluded_loss_logits_train',
    },
  },
  {
    name: 'restricted_loss',
    title: 'Restricted loss',
    subtitle:
      'Loss over all pairs with only the key frequencies kept: of the logits, of the neurons, or as pure cosines of w_k(a + b − c).',
    y: 'loss',
    label: 'cross-entropy (nats)',
    log: true,
    series: {
      'full network': 'loss_all',
      'restricted, logits': 'restricted_loss_logits_all',
      'restricted, neurons': 'restricted_loss_neurons_all',
      'cosines only': 'loss_of_cosine_logits_all',
    },
  },
  {
    name: 'excluded_loss',
    title: 'Excluded loss',
    subtitle: 'Train loss with the key frequencies taken out of the logits or of the neurons.',
    y: 'loss',
    label: 'cross-entropy (nats)',
    log: true,
    series: {
      'full network': 'loss_train',
      'excluded, logits': 'excluded_loss_logits_train',
      'excluded, neurons': 'excluded_loss_neurons_train',
    },
  },
  {
    name: 'accuracy',
    title: 'Accuracy',
    subtitle: "Share of pairs whose largest logit is the answer's.",
    y: 'accuracy',
    label: 'accuracy',
    series: {
      train: 'accuracy_train',
      test: 'accuracy_test',
      'restricted (all pairs)': 'restricted_accuracy_logits_all',
      'excluded (train)': 'excluded_accuracy_logits_train',
    },
  },
  {
    name: 'trig_ratio',
    title: 'Trig ratio',
    subtitle:
      'Share of the variance over all pairs that lies in cos and sin of w_k(a + b), key k; mean over neurons or logits.',
    y: 'ratio',
    label: 'share of the variance',
    series: {
      'neurons before the ReLU': 'trig_ratio_neuron_pre',
      'neurons after it': 'trig_ratio_neuron_post',
      logits: 'trig_ratio_logits',
    },
  },
  {
    name: 'logit_explained',
    title: 'Logits as cosines of w_k(a + b − c)',
    subtitle: 'Share of the squared norm of the logits in the cosines of the key frequencies.',
    y: 'share',
    label: 'share of the squared norm',
    series: { 'key frequencies': 'logit_explained_by_key' },
  },
  {
    name: 'energy_in_key_frequencies',
    title: 'Weights in the key frequencies',
    subtitle:
      'Share of the squared norm of W_E and of W_logit in the sines and cosines of the key frequencies.',
    y: 'share',
    label: 'share of the squared norm',
    series: { W_E: 'energy_in_key_frequencies_W_E', W_logit: 'energy_in_key_frequencies_W_L' },
  },
  {
    name: 'gini',
    title: 'Gini coefficient of Fourier spectra',
    subtitle:
      'Sparsity: 0 for equal values, near 1 where few frequencies have all. Of the power per frequency, and of the norms of all components.',
    y: 'gini',
    label: 'Gini coefficient',
    series: {
      'W_E, power': 'gini_power_per_frequency_W_E',
      'W_logit, power': 'gini_power_per_frequency_W_L',
      'W_E, norms': 'gini_component_norms_W_E',
      'W_logit, norms': 'gini_component_norms_W_L',
    },
  },
  {
    name: 'effective_rank',
    title: 'Effective rank',
    subtitle:
      'exp of the entropy of the squared singular values: how many directions count. Two for each key frequency are enough.',
    y: 'rank',
    label: 'directions',
    series: { W_E: 'effective_rank_W_E', W_logit: 'effective_rank_W_L' },
  },
];
