// Which measures are drawn together over training, in the figures of the stage progress; catalogue.ts has their names. In titles
// and subtitles, {sum} and {answer} stand for the words of the task's group, such as a + b and c.

export interface ScalarFigure {
  readonly name: string;
  readonly title: string;
  readonly subtitle: string;
  /** A further sentence where there are key frequencies. */
  readonly withKey?: string;
  readonly y: string;
  readonly label: string;
  readonly log?: boolean;
  readonly columns: readonly string[];
}

const LOSS = { y: 'loss', label: 'cross-entropy (nats)', log: true } as const;
const SHARE = { y: 'share', label: 'share of the squared norm' } as const;

export const SCALAR_FIGURES: readonly ScalarFigure[] = [
  {
    name: 'progress_measures',
    title: 'Progress measures',
    subtitle: 'Restricted: only the key frequencies of the logits are kept. Excluded: they are taken out.',
    ...LOSS,
    columns: ['loss_train', 'loss_test', 'restricted_loss_logits_all', 'excluded_loss_logits_train'],
  },
  {
    name: 'restricted_loss',
    title: 'Restricted loss',
    subtitle:
      'Only the key frequencies kept: of the logits, of the neurons, or as pure cosines of w_k({sum} − {answer}).',
    ...LOSS,
    columns: [
      'loss_in_group_all',
      'restricted_loss_logits_all',
      'restricted_loss_neurons_all',
      'loss_of_cosine_logits_all',
    ],
  },
  {
    name: 'excluded_loss',
    title: 'Excluded loss',
    subtitle:
      'The key frequencies taken out of the logits or of the neurons, or their cosines of w_k({sum} − {answer}) alone.',
    ...LOSS,
    columns: [
      'loss_in_group_train',
      'excluded_loss_logits_train',
      'excluded_loss_neurons_train',
      'excluded_loss_cosines_train',
    ],
  },
  {
    name: 'accuracy',
    title: 'Accuracy',
    subtitle: 'Share of pairs whose largest logit is that of the answer.',
    y: 'accuracy',
    label: 'accuracy',
    columns: [
      'accuracy_train',
      'accuracy_test',
      'restricted_accuracy_logits_all',
      'excluded_accuracy_logits_train',
    ],
  },
  {
    name: 'trig_ratio',
    title: 'Trig ratio',
    subtitle:
      'Share of the variance over all pairs that lies in cos and sin of w_k({sum}), key k; mean over neurons or logits.',
    y: 'ratio',
    label: 'share of the variance',
    columns: ['trig_ratio_neuron_pre', 'trig_ratio_neuron_post', 'trig_ratio_logits'],
  },
  {
    name: 'logit_explained',
    title: 'Logits as cosines of w_k({sum} − {answer})',
    subtitle: 'Share of the squared norm of the logits in the cosines of the key frequencies.',
    ...SHARE,
    columns: ['logit_explained_by_key'],
  },
  {
    name: 'energy_in_key_frequencies',
    title: 'Weights in the key frequencies',
    subtitle:
      'Share of the squared norm of W_E and of W_logit in the sines and cosines of the key frequencies.',
    ...SHARE,
    columns: ['energy_in_key_frequencies_W_E', 'energy_in_key_frequencies_W_logit'],
  },
  {
    name: 'gini',
    title: 'Gini coefficient of Fourier spectra',
    subtitle:
      'Sparsity: 0 for equal values, near 1 where few frequencies have all. Of the power per frequency, and of the norms of all components.',
    y: 'gini',
    label: 'Gini coefficient',
    columns: [
      'gini_power_per_frequency_W_E',
      'gini_power_per_frequency_W_logit',
      'gini_component_norms_W_E',
      'gini_component_norms_W_logit',
    ],
  },
  {
    name: 'effective_rank',
    title: 'Effective rank',
    subtitle: 'exp of the entropy of the squared singular values: how many directions count.',
    withKey: 'Two for each key frequency are enough.',
    y: 'rank',
    label: 'directions',
    columns: ['effective_rank_W_E', 'effective_rank_W_logit'],
  },
];
