// Which measures are drawn together over training, and what is said of them. A sentence is shown only if the run has
// one of the measures that it speaks of. Uses nothing of the browser, because tests read it.
import { present } from '../../../measures/columns.ts';
import type { Place } from '../../claims.ts';

interface Said {
  readonly says: string;
  /** The sentence is said if the run has one of these columns; without `of` it is always said. */
  readonly of?: readonly string[];
}

export interface MeasureGroup {
  readonly id: string;
  /** The first that applies is the title. */
  readonly titles: readonly Said[];
  readonly words: readonly Said[];
  readonly sources: readonly Said[];
  /** The place of the claims about this run that belong here. */
  readonly claims?: Place;
  readonly label: string;
  readonly log?: boolean;
  /** Whether each measure is divided by its own largest value, because their units differ. */
  readonly relative?: boolean;
  /** Columns of the catalogue: `drawn` from the start, `others` once the reader switches them on. */
  readonly drawn: readonly string[];
  readonly others: readonly string[];
}

const KEPT = ['restricted_loss_logits_test', 'excluded_loss_logits_train'];
const COSINES = ['loss_of_cosine_logits_test', 'excluded_loss_cosines_train'];
const IN_KEY = ['logit_explained_by_key', 'energy_in_key_frequencies_W_E'];
const TRIG = ['trig_ratio_neuron_post', 'trig_ratio_logits'];
const ACCURACIES = ['accuracy_train', 'accuracy_test'];

export const GROUPS: readonly MeasureGroup[] = [
  {
    id: 'losses',
    titles: [{ of: KEPT, says: 'Losses, with parts kept or taken out' }, { says: 'Loss' }],
    words: [
      {
        of: KEPT,
        says: 'Restricted losses keep only what the key frequencies contribute; excluded losses take it out. They do so in the logits, in the neurons, or as pure cosines.',
      },
    ],
    sources: [
      { of: KEPT, says: 'Nanda et al. 2023, section 5.1; through neurons as in TransformerLens’ demo.' },
      { of: COSINES, says: 'Cosines: Chughtai et al. 2023.' },
    ],
    claims: 'losses',
    label: 'cross-entropy (nats)',
    log: true,
    drawn: ['loss_train', 'loss_test', ...KEPT],
    others: ['restricted_loss_neurons_test', 'excluded_loss_neurons_train', ...COSINES],
  },
  {
    id: 'shares',
    titles: [{ of: IN_KEY, says: 'How much of it is waves' }, { says: 'Accuracy and sparsity' }],
    words: [
      {
        of: IN_KEY,
        says: 'Each line is a share from 0 to 1: how much of the logits the key frequencies explain, how much of the embedding’s energy lies in them, and how much of neurons and logits is trigonometric.',
      },
      { of: ACCURACIES, says: 'Accuracy is the share of pairs whose largest logit is that of the answer.' },
      {
        of: ['gini_power_per_frequency_W_E'],
        says: 'The Gini coefficient is 0 if all frequencies of the embedding have the same power, and near 1 if one frequency has all of it.',
      },
    ],
    sources: [
      { of: ['gini_power_per_frequency_W_E'], says: 'Nanda et al. 2023.' },
      { of: TRIG, says: 'Trig ratios: ARENA’s exercises.' },
      { of: ['distance_irrelevance'], says: 'Distance irrelevance: Zhong et al. 2023.' },
    ],
    label: 'share',
    drawn: [
      'logit_explained_by_key',
      'gini_power_per_frequency_W_E',
      'energy_in_key_frequencies_W_E',
      'accuracy_test',
    ],
    others: ['accuracy_train', ...TRIG, 'distance_irrelevance'],
  },
  {
    id: 'sizes',
    titles: [{ says: 'How large and how simple it is' }],
    words: [
      {
        says: 'The sum of squared weights is what weight decay works on; effective rank counts the directions of a matrix that matter. Each line is a share of its own largest value.',
      },
    ],
    sources: [
      {
        says: 'Sum of squares as in Nanda et al. 2023; effective rank: exponential of the entropy of the squared singular values.',
      },
    ],
    claims: 'weights',
    label: 'share of its largest value',
    relative: true,
    drawn: ['sum_squared_weights', 'effective_rank_W_E', 'effective_rank_W_logit'],
    others: [],
  },
];

type IsThere = (column: string) => boolean;

/** The columns of a group that the run has. */
export const columnsOf = ({ drawn, others }: MeasureGroup, isThere: IsThere): string[] =>
  present([...drawn, ...others], isThere);

const holding = (all: readonly Said[], isThere: IsThere): string[] =>
  all.filter(({ of }) => of === undefined || present(of, isThere).length > 0).map(({ says }) => says);

/** What is said of a group if the run has these columns. */
export const wordsOf = (
  { titles, words, sources }: MeasureGroup,
  isThere: IsThere,
): { title: string; words: string; sources: string } => ({
  title: holding(titles, isThere)[0]!,
  words: holding(words, isThere).join(' '),
  sources: holding(sources, isThere).join(' '),
});
