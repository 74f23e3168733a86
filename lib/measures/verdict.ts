// Is this network a clock? That is, are its logits cos w_k(a + b - c) summed over a few key frequencies, as Nanda et al. 2023
// found? Each criterion compares a number with a threshold that comes from published runs (named in `source`). The pizza
// measures (Zhong et al. 2023) tell the clock from the other known algorithm for the same task.
import { LEARNT } from './thresholds.ts';

/** The numbers that the verdict is based on, all measured on the trained network. */
export interface Evidence {
  /** How many answers there are to guess from. */
  readonly answers: number;
  /** Over the held-out pairs, or over all pairs if the split is not known: see `of`. */
  readonly accuracy: number;
  readonly of: 'test' | 'all';
  readonly key_frequencies: number;
  readonly energy_in_key_frequencies_W_E: number;
  readonly energy_in_key_frequencies_W_logit: number;
  readonly logit_explained: number;
  /** Restricted loss of the logits and loss of the full network, over all pairs. */
  readonly restricted_loss: number;
  readonly full_loss: number;
  /** Loss of the logits without cos and sin of w_k (a + b), over the training pairs, or over all if the split is not known. */
  readonly excluded_loss: number;
  /** Loss of the logits without the cosines of w_k (a + b - c), over the same pairs. */
  readonly excluded_loss_cosines: number;
  /** Share of neurons for which one frequency explains more than 85 % of the variance. */
  readonly neurons_in_clusters: number;
  readonly gradient_symmetricity: number;
  readonly distance_irrelevance: number;
  readonly circularity: number;
}

export interface Criterion {
  readonly name: string;
  readonly value: number;
  /** Inclusive; null if there is no limit on that side. */
  readonly from: number | null;
  readonly to: number | null;
  readonly met: boolean;
  /** Whether the verdict is `no` without it. */
  readonly needed: boolean;
  readonly source: string;
}

export type Clock = 'yes' | 'partly' | 'no';

const VERDICT_RULE =
  'yes: every criterion is met; partly: all needed ones are, and at least half of the others; else no';

const NANDA = 'Nanda et al. 2023';
const CHUGHTAI = 'Chughtai et al. 2023';
const LENS = 'TransformerLens’ demo';
const ZHONG = 'Zhong et al. 2023: middle of clock and pizza';

/** Means over circular networks with attention rates 0.8 to 1 (clocks) and 0 to 0.2 (pizzas). */
const PIZZA_MEANS = {
  gradient_symmetricity: { clock: 0.557, pizza: 0.988 },
  distance_irrelevance: { clock: 0.771, pizza: 0.331 },
} as const;

const halfway = ({ clock, pizza }: { clock: number; pizza: number }): number => (clock + pizza) / 2;

export function judgeClock(of: Evidence): { clock: Clock; rule: string; criteria: Criterion[] } {
  const atLeast = (
    name: string,
    value: number,
    from: number,
    needed: boolean,
    source: string,
  ): Criterion => ({
    name,
    value,
    from,
    to: null,
    met: value >= from,
    needed,
    source,
  });
  const atMost = (name: string, value: number, to: number, needed: boolean, source: string): Criterion => ({
    ...atLeast(name, value, 0, needed, source),
    from: null,
    to,
    met: value <= to,
  });
  const criteria = [
    atLeast(
      of.of === 'test' ? 'test accuracy' : 'accuracy, all pairs',
      of.accuracy,
      LEARNT,
      true,
      'Power et al. 2022',
    ),
    atLeast(
      'logits explained by key cosines',
      of.logit_explained,
      0.94,
      true,
      `${CHUGHTAI}, of all k: 0.952 to 0.979`,
    ),
    atMost('restricted loss / full loss', of.restricted_loss / of.full_loss, 1, true, `${NANDA}: 0.23`),
    atLeast(
      'excluded cosines / guessing',
      of.excluded_loss_cosines / Math.log(of.answers),
      1,
      true,
      `${CHUGHTAI}: 1.6 to 2.8`,
    ),
    atLeast(
      'excluded loss / guessing',
      of.excluded_loss / Math.log(of.answers),
      1,
      true,
      `${LENS}: 1.0 to 1.4`,
    ),
    {
      ...atMost('key frequencies', of.key_frequencies, 6, false, `${NANDA}, ${CHUGHTAI}: 3 to 5`),
      from: 1,
      met: of.key_frequencies >= 1 && of.key_frequencies <= 6,
    },
    atLeast(
      'W_E in key frequencies',
      of.energy_in_key_frequencies_W_E,
      0.9,
      false,
      `${CHUGHTAI}: 0.901 to 0.981`,
    ),
    atLeast(
      'W_logit in key frequencies',
      of.energy_in_key_frequencies_W_logit,
      0.95,
      false,
      `${CHUGHTAI}: 0.992 to 0.997`,
    ),
    atLeast(
      'neurons of one frequency',
      of.neurons_in_clusters,
      0.5,
      false,
      `${NANDA}: 0.846; without bias 0.58`,
    ),
    atMost(
      'gradient symmetricity',
      of.gradient_symmetricity,
      halfway(PIZZA_MEANS.gradient_symmetricity),
      false,
      ZHONG,
    ),
    atLeast(
      'distance irrelevance',
      of.distance_irrelevance,
      halfway(PIZZA_MEANS.distance_irrelevance),
      false,
      ZHONG,
    ),
  ];
  const others = criteria.filter(({ needed }) => !needed);
  const isSolved = criteria.every(({ needed, met }) => met || !needed);
  const share = others.filter(({ met }) => met).length / others.length;
  const clock = !isSolved || share < 1 / 2 ? 'no' : share < 1 ? 'partly' : 'yes';
  return { clock, rule: VERDICT_RULE, criteria };
}

/** Pizza measures beside what Zhong et al. found for both algorithms. */
export const pizzaSummary = ({ gradient_symmetricity, distance_irrelevance, circularity }: Evidence) => ({
  gradient_symmetricity: { value: gradient_symmetricity, ...PIZZA_MEANS.gradient_symmetricity },
  distance_irrelevance: { value: distance_irrelevance, ...PIZZA_MEANS.distance_irrelevance },
  circularity: { value: circularity },
});
