// What the page can say about a run: numbers from its summaries, its history and its measures. Each is null if the run does
// not have it. Imports nothing from Node, because the page finds these facts in its data.
import type { Summaries } from '../artifacts/summaries.ts';
import { KEY, LEARNT, TUNED } from '../measures/thresholds.ts';
import type { CyclicGroup } from '../task/cyclic-group.ts';
import { OPERATIONS, type Operation } from '../task/operations.ts';

/** One logged epoch; NaN for an accuracy that was not recorded. */
export interface LoggedEpoch {
  readonly epoch: number;
  readonly test_loss: number;
  readonly train_accuracy: number;
  readonly test_accuracy: number;
}

/** What facts are drawn from. */
export interface Evidence {
  readonly p: number;
  readonly operation: Operation;
  readonly summaries: Summaries;
  readonly history: readonly LoggedEpoch[] | null;
  /** Epochs of the states that were measured; a single one for a network without checkpoints. */
  readonly epochs: readonly number[];
  /** A measure of all these states, one list per state; null if it was not measured. */
  readonly measure: (name: string) => readonly Float32Array[] | null;
}

/** A number at the first state and at the last. */
export interface Change {
  readonly first: number;
  readonly last: number;
}

export interface Facts {
  readonly p: number;
  readonly operation: Operation;
  /**
   * `drawn`: trained from drawn weights. `went on`: trained further from a model or a state. `taken`: a model that was brought in
   * and is used as it is. It is not known on which pairs and from which seeds a model was trained before it was brought in.
   */
  readonly origin: 'drawn' | 'went on' | 'taken';
  /** The last epoch of the run that this one continued; the history up to there is that of the other run. */
  readonly forked_after: number | null;
  /** What is known of the training: nothing, only losses, or accuracies as well. */
  readonly history: 'none' | 'losses' | 'whole';
  /** Epochs trained. */
  readonly epochs: number | null;
  /** If the split is not known: why, and loss and accuracy over all pairs, which stand in for those of the two sets. */
  readonly unsplit: {
    readonly why: string;
    readonly loss: number | null;
    readonly accuracy: number | null;
  } | null;
  readonly train_pairs: number | null;
  readonly test_pairs: number | null;
  /** Accuracies at the end. */
  readonly train_accuracy: number | null;
  readonly test_accuracy: number | null;
  /** The first logged epochs at which train and test accuracy reached 99 %. */
  readonly memorised: number | null;
  readonly grokked: number | null;
  /** Test accuracy at the epoch `memorised`. */
  readonly test_accuracy_then: number | null;
  /** The largest test loss, and the first logged epoch after it at which the test loss is below that of guessing. */
  readonly worst: { readonly loss: number; readonly epoch: number; readonly recovered: number | null } | null;
  /** The loss of guessing among p answers. */
  readonly guessing: number;
  /** Whether the stage progress found any phase. */
  readonly has_phases: boolean;
  /** Epochs of the states of the network in the page. */
  readonly states: readonly number[];
  readonly key: readonly number[] | null;
  /** Why measures that need a cyclic group are missing. */
  readonly not_measured: string | null;
  /** The verdict of the stage logits. */
  readonly clock: 'yes' | 'partly' | 'no' | null;
  readonly circularity: number | null;
  /** Share of the logits' squared norm in the key cosines, at the end. */
  readonly explained: number | null;
  /** How many neurons, out of `of`, have a frequency that explains more than `above` of their variance. */
  readonly tuned: { readonly neurons: number; readonly of: number; readonly above: number } | null;
  /** How many frequencies, out of `of`, have a norm in W_E above a quarter of the largest. */
  readonly spread: (Change & { readonly of: number }) | null;
  readonly effective_rank: Change | null;
  /** The first states at which the restricted and the full test loss are below half of that of guessing. */
  readonly rule: { readonly grows: number | null; readonly shows: number | null } | null;
  /** The state with the largest sum of squared weights, and the share of that sum that is lost by the last state. */
  readonly weights: { readonly epoch: number; readonly lost: number } | null;
  /** By head: the frequency that explains most of its attention to a. */
  readonly attention: readonly { readonly frequency: number; readonly fraction: number }[] | null;
}

export function factsOf({ p, operation, summaries, history, epochs, measure }: Evidence): Facts {
  const { train, attention } = summaries;
  const reached = (accuracy: 'train_accuracy' | 'test_accuracy'): LoggedEpoch | null =>
    history?.find((record) => record[accuracy] >= LEARNT) ?? null;
  const memorised = reached('train_accuracy');
  const guessing = Math.log(p);
  const rank = measure('effective_rank_W_E');
  const bestOfHeads = attention?.attention_to_a ?? null;
  return {
    p,
    operation,
    origin: originOf(summaries),
    forked_after: train && 'forked_after' in train ? train.forked_after : null,
    history: history === null ? 'none' : hasAccuracies(history) ? 'whole' : 'losses',
    epochs: train?.epochs ?? null,
    unsplit: unsplitOf(summaries),
    train_pairs: train?.train_pairs ?? null,
    test_pairs: train?.test_pairs ?? null,
    train_accuracy: train?.train_accuracy ?? null,
    test_accuracy: train?.test_accuracy ?? null,
    memorised: memorised?.epoch ?? null,
    grokked: reached('test_accuracy')?.epoch ?? null,
    test_accuracy_then: memorised?.test_accuracy ?? null,
    worst: history && worstOf(history, guessing),
    guessing,
    has_phases: Object.values(summaries.progress?.phases ?? {}).some((phase) => phase !== null),
    states: epochs,
    key: keyOf(summaries, nOf(p, operation)),
    not_measured: whyNot(p, operation),
    clock: summaries.logits?.verdict?.clock ?? null,
    circularity: circularityOf(summaries),
    explained: measure('logit_explained_by_key')?.at(-1)?.[0] ?? null,
    tuned: tunedOf(summaries),
    spread: spreadOf(measure('fourier_norms_W_E')),
    rule: ruleOf(measure, epochs, guessing),
    weights: weightsOf(measure('sum_squared_weights'), epochs),
    effective_rank: rank && { first: rank[0]![0]!, last: rank.at(-1)![0]! },
    attention:
      bestOfHeads &&
      bestOfHeads.map(({ frequency, fraction }) => ({ frequency: frequency ?? 0, fraction: fraction ?? 0 })),
  };
}

function originOf({ train }: Summaries): Facts['origin'] {
  if (train && 'pretrained' in train) return 'taken';
  return train && ('went_on' in train || 'forked_after' in train) ? 'went on' : 'drawn';
}

function unsplitOf({ train }: Summaries): Facts['unsplit'] {
  if (!train || !('why_no_split' in train) || train.why_no_split === null) return null;
  return { why: train.why_no_split, loss: train.all_loss, accuracy: train.all_accuracy };
}

const hasAccuracies = (history: readonly LoggedEpoch[]): boolean =>
  history.every((record) => Number.isFinite(record.train_accuracy) && Number.isFinite(record.test_accuracy));

function worstOf(history: readonly LoggedEpoch[], guessing: number): Facts['worst'] {
  const worst = history.reduce((most, each) => (each.test_loss > most.test_loss ? each : most));
  const after = history.find(({ epoch, test_loss }) => epoch > worst.epoch && test_loss < guessing);
  return { loss: worst.test_loss, epoch: worst.epoch, recovered: after?.epoch ?? null };
}

function ruleOf(measure: Evidence['measure'], epochs: readonly number[], guessing: number): Facts['rule'] {
  const [restricted, full] = [measure('restricted_loss_logits_test'), measure('loss_test')];
  if (!restricted || !full || epochs.length < 2) return null;
  const below = (loss: readonly Float32Array[]): number | null => {
    const first = loss.findIndex(([value]) => value! < guessing / 2);
    return first < 0 ? null : epochs[first]!;
  };
  return { grows: below(restricted), shows: below(full) };
}

function weightsOf(sums: readonly Float32Array[] | null, epochs: readonly number[]): Facts['weights'] {
  if (!sums) return null;
  const largest = sums.reduce((best, [sum], i) => (sum! > sums[best]![0]! ? i : best), 0);
  return { epoch: epochs[largest]!, lost: 1 - sums.at(-1)![0]! / sums[largest]![0]! };
}

/** The cyclic group of the task; null if it has none. */
export function groupOf({ operation, p }: Pick<Facts, 'operation' | 'p'>): CyclicGroup | null {
  const group = OPERATIONS[operation].group(p);
  return group.n === null ? null : group;
}

/** How many elements the group has; p without one. */
const nOf = (p: number, operation: Operation): number => groupOf({ p, operation })?.n ?? p;

function whyNot(p: number, operation: Operation): string | null {
  const group = OPERATIONS[operation].group(p);
  return group.n === null ? group.why : null;
}

/** The key frequencies of W_logit, as the stages found them. */
function keyOf({ progress, fourier, logits }: Summaries, n: number): readonly number[] | null {
  const candidates = [
    progress?.key_frequencies,
    fourier?.key_frequencies?.logit_map_quarter_max,
    logits?.key_used,
  ];
  const isOfThis = (k: number): boolean => k > 0 && k <= n / 2;
  return candidates.find((list) => list && list.length > 0 && list.every(isOfThis)) ?? null;
}

const circularityOf = ({ logits }: Summaries): number | null =>
  logits && 'circularity' in logits ? logits.circularity : null;

function tunedOf({ neurons }: Summaries): Facts['tuned'] {
  if (!neurons || neurons.neurons_in_clusters === null) return null;
  return { neurons: neurons.neurons_in_clusters, of: neurons.d_mlp, above: neurons.cluster_above ?? TUNED };
}

/** `norms` in the order of the Fourier basis: constant, sin 1, cos 1, ... */
function spreadOf(norms: readonly Float32Array[] | null): Facts['spread'] {
  if (!norms) return null;
  const large = (of: Float32Array): number => {
    const byFrequency = Array.from({ length: of.length >> 1 }, (_, i) =>
      Math.max(of[2 * i + 1]!, of[2 * i + 2] ?? 0),
    );
    const border = KEY * Math.max(...byFrequency);
    return byFrequency.filter((norm) => norm > border).length;
  };
  return { first: large(norms[0]!), last: large(norms.at(-1)!), of: norms[0]!.length >> 1 };
}

export const hasStates = ({ states }: Facts): boolean => states.length > 1;

/** Right on 99 % of its pairs at the end, whichever set they belong to. */
export const isRight = ({ train_accuracy, test_accuracy, unsplit }: Facts): boolean =>
  unsplit !== null
    ? (unsplit.accuracy ?? 0) >= LEARNT
    : (train_accuracy ?? 0) >= LEARNT && (test_accuracy ?? 0) >= LEARNT;

/** It had learnt its training pairs while most of the others were wrong. */
const memorisesFirst = ({ memorised, test_accuracy_then }: Facts): boolean =>
  memorised !== null && test_accuracy_then !== null && test_accuracy_then < 0.5;
/** It was right on most of the others by then. */
export const learnsBoth = ({ memorised, test_accuracy_then }: Facts): boolean =>
  memorised !== null && test_accuracy_then !== null && test_accuracy_then >= 0.5;
export const learnsTogether = (facts: Facts): boolean =>
  learnsBoth(facts) && facts.grokked !== null && facts.test_accuracy_then! >= 0.9;
export const groks = (facts: Facts): boolean => memorisesFirst(facts) && facts.grokked !== null;
export const hasNotGrokked = (facts: Facts): boolean =>
  facts.history === 'whole' && memorisesFirst(facts) && facts.grokked === null;

/** A loss is called worse than guessing if it exceeds that of guessing by this factor. */
const WORSE = 1.05;
export const isWorseThanGuessing = ({ worst, guessing }: Facts): boolean =>
  worst !== null && worst.loss > WORSE * guessing;

export const isMostlyTuned = ({ tuned }: Facts): boolean => tuned !== null && tuned.neurons > tuned.of / 2;

/** What the key frequencies alone compute is right before the whole network is, or without its ever being so. */
export const growsFirst = ({ rule }: Facts): boolean =>
  rule !== null && rule.grows !== null && (rule.shows === null || rule.grows < rule.shows);
/** And then the whole network is. */
export const growsThenShows = (facts: Facts): boolean => growsFirst(facts) && facts.rule!.shows !== null;

/** The share of a head's attention that a frequency must explain to be named. */
const NAMED = 0.5;
/** With their number. */
export const namedHeads = ({ attention }: Facts) =>
  (attention ?? []).map((best, head) => ({ ...best, head })).filter(({ fraction }) => fraction > NAMED);
