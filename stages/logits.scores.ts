// Losses and accuracies that the stage logits tells: of the trained network as the stage measures found them, of random
// controls, and of the network with a part taken out.
import type { Identity } from '../lib/engines/engine.ts';
import { openFastest } from '../lib/engines/fastest.ts';
import { embeddingScores, partScores, type AblationScores } from '../lib/measures/ablations.ts';
import { bySet, type Values } from '../lib/measures/columns.ts';
import { pairsAt, type GroupView, type SetName } from '../lib/measures/group-view.ts';
import { meanScores, scoreTrigPart } from '../lib/measures/last.ts';
import { scoreExcluded, type LossBySet } from '../lib/measures/losses.ts';
import { flattenWeights, type ModelConfig, type Weights } from '../lib/network/config.ts';
import type { Network } from '../lib/network/forward.ts';
import type { Score } from '../lib/network/loss.ts';
import { createMatrix, type Matrix } from '../lib/numerics/matrix.ts';
import type { NamedScores } from './logits.figures.ts';

const scoresIn = (values: Values, loss: string, accuracy: string): LossBySet => ({
  loss: bySet(values, loss),
  accuracy: bySet(values, accuracy),
});

export type MeasuredScores = ReturnType<typeof measuredScores>;

/** What the stage measures found, over the pairs in the group. "Cosines" are those of w_k (a + b - c). */
export const measuredScores = (values: Values) => ({
  full: scoresIn(values, 'loss_in_group', 'accuracy_in_group'),
  cosines: scoresIn(values, 'loss_of_cosine_logits', 'accuracy_of_cosine_logits'),
  withoutCosines: scoresIn(values, 'excluded_loss_cosines', 'excluded_accuracy_cosines'),
  restricted: scoresIn(values, 'restricted_loss_logits', 'restricted_accuracy_logits'),
  restrictedNeurons: scoresIn(values, 'restricted_loss_neurons', 'restricted_accuracy_neurons'),
  excluded: scoresIn(values, 'excluded_loss_logits', 'excluded_accuracy_logits'),
  excludedNeurons: scoresIn(values, 'excluded_loss_neurons', 'excluded_accuracy_neurons'),
});

export interface Scores extends MeasuredScores {
  readonly withoutSkip: LossBySet;
  readonly controls: Controls;
  readonly ablated: AblationScores;
}

/** Without the connection that bypasses the MLP. */
export function scoreWithoutSkip({ inside }: GroupView, { logits, skip }: Network): LossBySet {
  const difference = logits.data.map((x, i) => x - skip.data[i]!);
  return scoreExcluded(inside, createMatrix(logits.rows, logits.columns, difference), [null])[0]!;
}

type Controls = Readonly<Record<'restricted' | 'excluded', LossBySet>>;

/**
 * Restricted and excluded losses of the logits, for random frequencies in place of the key ones: the mean of all draws.
 */
export function scoreControls(
  view: GroupView,
  logits: Matrix,
  random: readonly (readonly number[])[],
): Controls {
  const draws = random.map((frequencies) => scoreTrigPart(view, logits, frequencies));
  return {
    restricted: meanScores(draws.map((draw) => draw.restricted)),
    excluded: meanScores(draws.map((draw) => draw.excluded)),
  };
}

/** Opens an engine that scores networks with changed weights over the pairs in the group. */
export async function openEvaluator(config: ModelConfig, view: GroupView, identity: Identity) {
  const engine = await openFastest(config, identity);
  const row = Int32Array.from({ length: view.n ** 2 }, (_, i) => i);
  const pairs = {
    all: pairsAt(view, { row, label: view.pairs.label.subarray(0, row.length) }),
    train: pairsAt(view, view.inside.train),
    test: pairsAt(view, view.inside.test),
  };
  const of = async (set: SetName): Promise<Score> =>
    view.sets.includes(set) ? engine.evaluate(pairs[set]) : { loss: NaN, accuracy: NaN };
  const score = async (weights: Weights): Promise<LossBySet> => {
    engine.writeState({ weights: flattenWeights(config, weights) });
    const scores = { all: await of('all'), train: await of('train'), test: await of('test') };
    return {
      loss: { all: scores.all.loss, train: scores.train.loss, test: scores.test.loss },
      accuracy: { all: scores.all.accuracy, train: scores.train.accuracy, test: scores.test.accuracy },
    };
  };
  return { score, close: () => engine.close() };
}

/** The rows of the tables of losses and accuracies. `drawn`: how many random frequencies a control has. */
export function scoreRows(
  { ablated, controls, ...scores }: Scores,
  key: readonly number[],
  drawn: number,
): NamedScores[] {
  const chance = `${drawn} random k`;
  return [
    { name: 'full network', scores: scores.full },
    { name: 'cosines of key k only', scores: scores.cosines },
    { name: 'restricted, logits', scores: scores.restricted },
    { name: 'restricted, neurons', scores: scores.restrictedNeurons },
    { name: `restricted, logits, ${chance}`, scores: controls.restricted },
    { name: 'without cosines of key k', scores: scores.withoutCosines },
    { name: 'excluded, logits', scores: scores.excluded },
    { name: 'excluded, neurons', scores: scores.excludedNeurons },
    { name: `excluded, logits, ${chance}`, scores: controls.excluded },
    ...ablated.heads.map((scores, h) => ({ name: `without head ${h}`, scores })),
    { name: 'without the skip past the MLP', scores: scores.withoutSkip },
    { name: 'without the MLP', scores: ablated.mlp },
    ...key.map((k, i) => ({ name: `W_E without k = ${k}`, scores: ablated.each_dropped[i]! })),
    { name: 'W_E without all key k', scores: ablated.all_dropped },
    { name: `W_E without ${chance}`, scores: meanScores(ablated.random_dropped) },
    { name: 'W_E of key k only', scores: ablated.only_key },
    { name: `W_E of ${chance} only`, scores: meanScores(ablated.only_random) },
  ];
}

/** Fields of summary.json. */
export const scoresSummary = (
  { ablated, withoutSkip, ...scores }: Scores,
  values: Values,
  key: readonly number[],
) => ({
  ...scoresIn(values, 'loss', 'accuracy'),
  loss_in_group: scores.full.loss,
  accuracy_in_group: scores.full.accuracy,
  loss_of_cosine_logits: scores.cosines.loss.all,
  restricted_loss_logits: scores.restricted.loss,
  restricted_accuracy_logits: scores.restricted.accuracy,
  restricted_loss_neurons: scores.restrictedNeurons.loss,
  restricted_accuracy_neurons: scores.restrictedNeurons.accuracy,
  excluded_loss_logits: scores.excluded.loss,
  excluded_accuracy_logits: scores.excluded.accuracy,
  excluded_loss_neurons: scores.excludedNeurons.loss,
  excluded_accuracy_neurons: scores.excludedNeurons.accuracy,
  excluded_loss_cosines: scores.withoutCosines.loss,
  excluded_accuracy_cosines: scores.withoutCosines.accuracy,
  ablation_loss_all: partScores('loss', ablated, withoutSkip),
  embedding_frequency_loss_all: embeddingScores('loss', key, ablated),
  ablation_accuracy_all: partScores('accuracy', ablated, withoutSkip),
  embedding_frequency_accuracy_all: embeddingScores('accuracy', key, ablated),
});

/** Fields of `controls` in summary.json. */
export const controlsSummary = ({ ablated, controls }: Scores) => ({
  restricted_loss_logits: controls.restricted.loss,
  excluded_loss_logits: controls.excluded.loss,
  embedding_loss_all: {
    only: ablated.only_random.map(({ loss }) => loss.all),
    dropped: ablated.random_dropped.map(({ loss }) => loss.all),
  },
});
