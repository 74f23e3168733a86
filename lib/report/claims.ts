// Every sentence of the explorer that claims something about the run, made from numbers of the run, with the condition under
// which it is shown. A place on the page shows all of its sentences whose condition holds.
// Imports nothing from Node, because the page runs this.
import { LEARNT } from '../measures/thresholds.ts';
import { OPERATIONS } from '../task/operations.ts';
import {
  groupOf,
  hasStates,
  isRight,
  learnsBoth,
  learnsTogether,
  groks,
  growsFirst,
  growsThenShows,
  hasNotGrokked,
  isWorseThanGuessing,
  isMostlyTuned,
  namedHeads,
  type Facts,
} from './facts.ts';
import { atEnd, lastly, VERDICT, within } from './phrases.ts';
import { percent, short, whole } from './page/parts/numbers.ts';

export interface Claim {
  readonly when: (facts: Facts) => boolean;
  readonly says: (facts: Facts) => string;
}

export const CLAIMS = {
  title: [
    {
      when: isRight,
      says: ({ history, operation, p }) =>
        `${history === 'none' ? 'A network that has' : 'How a network'} learnt ${OPERATIONS[operation].learnt} modulo ${p}`,
    },
    {
      when: (facts) => !isRight(facts),
      says: ({ operation, p }) => `A network asked ${OPERATIONS[operation].learnt} modulo ${p}`,
    },
  ],
  story: [
    {
      when: ({ history }) => history === 'none',
      says: () => 'There is no history of its training; this is the network as it is.',
    },
    {
      when: ({ history }) => history === 'losses',
      says: () =>
        'Its history has losses but no accuracies, so nobody can say when it memorised and when it grokked.',
    },
    {
      when: ({ history, memorised }) => history === 'whole' && memorised === null,
      says: ({ epochs }) => `Train accuracy has not reached 99 %${within(epochs)}.`,
    },
    {
      when: hasNotGrokked,
      says: ({ memorised, epochs }) =>
        `By epoch ${whole(memorised!)} it knew its training pairs by heart: train accuracy had reached 99 %. Test accuracy has not reached that${within(epochs)}.`,
    },
    {
      when: groks,
      says: ({ memorised, grokked, test_accuracy_then }) =>
        `By epoch ${whole(memorised!)} it knew its training pairs by heart, and ${percent(test_accuracy_then!)} of the others. By epoch ${whole(grokked!)} it had found the rule: test accuracy reached 99 %.`,
    },
    {
      when: learnsBoth,
      says: ({ memorised, grokked, test_accuracy_then, epochs }) =>
        `Train accuracy reached 99 % at epoch ${whole(memorised!)}, with ${percent(test_accuracy_then!)} of the other pairs right by then, and test accuracy ${grokked === null ? `has not${within(epochs)}` : `at epoch ${whole(grokked)}`}.`,
    },
    {
      when: ({ memorised, test_accuracy }) => memorised !== null && (test_accuracy ?? 1) < LEARNT,
      says: ({ test_accuracy }) => `At the end test accuracy is ${percent(test_accuracy!)}.`,
    },
    {
      when: ({ unsplit }) => unsplit !== null,
      says: ({ unsplit }) => `Losses are given over all pairs together: ${unsplit!.why}.`,
    },
    { when: ({ clock }) => clock !== null, says: ({ clock }) => VERDICT[clock!] },
    {
      when: ({ not_measured }) => not_measured !== null,
      says: ({ not_measured }) => `What it computes with is not measured: ${not_measured!}.`,
    },
    { when: hasStates, says: () => 'Move the slider to see it at other epochs.' },
  ],
  test_accuracy: [
    {
      when: ({ origin }) => origin !== 'taken',
      says: ({ test_pairs, origin }) =>
        `on ${test_pairs === null ? '' : `${whole(test_pairs)} `}pairs that it is not trained on${origin === 'went on' ? ' here' : ''}`,
    },
    {
      when: ({ origin }) => origin === 'taken',
      says: ({ history, unsplit }) =>
        `on the test pairs of this split${history === 'none' || unsplit ? '; which pairs it saw is not known' : '; on its train pairs the loss is that with which training ended'}`,
    },
  ],
  curves_title: [
    { when: groks, says: () => 'It memorises, then it groks' },
    { when: learnsTogether, says: () => 'It learns training and test pairs together' },
    {
      when: (facts) => !groks(facts) && !learnsTogether(facts),
      says: () => 'Loss and accuracy over training',
    },
  ],
  curves: [
    {
      when: ({ origin, forked_after }) => origin === 'went on' && forked_after === null,
      says: () => 'Training went on from a model that was brought in; epochs count from there.',
    },
    {
      when: ({ forked_after }) => forked_after !== null,
      says: ({ forked_after }) =>
        `Up to epoch ${whole(forked_after!)} this is the history of another run, from which this one went on.`,
    },
    {
      when: ({ origin, train_pairs }) => origin !== 'taken' && train_pairs !== null,
      says: ({ train_pairs, test_pairs }) =>
        `The network is trained on ${whole(train_pairs!)} pairs; ${whole(test_pairs!)} are held out.`,
    },
    {
      when: ({ origin }) => origin === 'taken',
      says: ({ unsplit }) =>
        `These curves came with the network${unsplit ? '; which pairs it was trained on is not known here' : ''}.`,
    },
    {
      when: isWorseThanGuessing,
      says: ({ worst, guessing }) =>
        `The test loss is largest at epoch ${whole(worst!.epoch)}, where it is ${short(worst!.loss)}; guessing would give ${short(guessing)}.`,
    },
    {
      when: (facts) => isWorseThanGuessing(facts) && facts.worst!.recovered !== null,
      says: ({ worst }) => `By epoch ${whole(worst!.recovered!)} it has come below that.`,
    },
    {
      when: ({ memorised, grokked }) => memorised !== null || grokked !== null,
      says: () => 'Marked are the first logged epochs with an accuracy of 99 %.',
    },
    {
      when: ({ has_phases }) => has_phases,
      says: () =>
        'Shaded are the phases that the stage progress finds by other rules: memorisation lasts until the test loss is largest.',
    },
  ],
  explorer_title: [
    { when: hasStates, says: (facts) => (isRight(facts) ? 'Watch it learn' : 'Watch it train') },
    { when: (facts) => !hasStates(facts), says: () => 'The network as it is' },
  ],
  axes: [
    {
      when: (facts) => groupOf(facts)?.g !== undefined,
      says: (facts) =>
        `Numbers are in the order of their logarithms, without 0; ${groupOf(facts)!.words.note}`,
    },
  ],
  embedding: [
    {
      when: ({ spread }) => spread !== null,
      says: ({ spread, states }) =>
        states.length > 1
          ? `At epoch ${whole(states[0]!)} the norms of ${spread!.first} of ${spread!.of} frequencies are above a quarter of the largest, and at epoch ${whole(states.at(-1)!)} those of ${spread!.last}.`
          : `The norms of ${spread!.last} of ${spread!.of} frequencies are above a quarter of the largest.`,
    },
  ],
  singular_values: [
    {
      when: (facts) => hasStates(facts) && facts.effective_rank !== null,
      says: ({ effective_rank, states }) =>
        `Its effective rank is ${short(effective_rank!.first)} at epoch ${whole(states[0]!)} and ${short(effective_rank!.last)} at epoch ${whole(states.at(-1)!)}.`,
    },
  ],
  logits: [
    {
      when: (facts) => groupOf(facts) !== null,
      says: (facts) => {
        const { sum, answer } = groupOf(facts)!.words;
        return `How much of cos w(${sum} − ${answer}) is in the logits, frequency by frequency.`;
      },
    },
    {
      when: ({ explained, key }) => explained !== null && key !== null,
      says: (facts) =>
        `The key frequencies hold ${percent(facts.explained!)} of the logits’ squared norm${atEnd(facts)}.`,
    },
  ],
  circle: [
    {
      when: ({ circularity }) => circularity !== null,
      says: (facts) => `Circularity${atEnd(facts)}: ${short(facts.circularity!)}; a perfect circle has 1.`,
    },
  ],
  attention: [
    {
      when: (facts) => namedHeads(facts).length > 0,
      says: (facts) => {
        const heads = namedHeads(facts).map(
          ({ frequency, fraction, head }) =>
            `frequency ${frequency} explains ${percent(fraction)} of what varies in head ${head}`,
        );
        return lastly(facts, heads.join(', '));
      },
    },
  ],
  measures_title: [
    { when: growsThenShows, says: () => 'The rule grows before it shows' },
    { when: (facts) => !growsThenShows(facts), says: () => 'Measures over training' },
  ],
  losses: [
    {
      when: growsFirst,
      says: ({ rule, guessing }) =>
        `Restricted test loss is below ${short(guessing / 2)}, half the loss of guessing, from epoch ${whole(rule!.grows!)} on; the test loss itself ${rule!.shows === null ? 'never is' : `is from epoch ${whole(rule!.shows)} on`}.`,
    },
  ],
  weights: [
    {
      when: (facts) => hasStates(facts) && facts.weights !== null && facts.weights.lost > 0,
      says: ({ weights }) =>
        `The sum of squared weights is largest at epoch ${whole(weights!.epoch)} and ${percent(weights!.lost)} lower at the end.`,
    },
  ],
  neurons_title: [
    { when: (facts) => isMostlyTuned(facts), says: () => 'Most neurons are tuned to one frequency' },
    { when: (facts) => !isMostlyTuned(facts), says: () => 'Neurons by frequency' },
  ],
  neurons: [
    {
      when: ({ tuned }) => tuned !== null,
      says: (facts) => {
        const { neurons, of, above } = facts.tuned!;
        const [which, whose] = neurons === 0 ? ['no', 'any'] : ['one', neurons];
        const share = Math.round(100 * above);
        return lastly(
          facts,
          `${which} frequency explains more than ${share} % of ${whose} of the ${of} neurons`,
        );
      },
    },
  ],
  sum: [
    {
      when: ({ key }) => key !== null,
      says: () =>
        'Each key frequency pushes every possible answer up or down: a wave over the answers. Each wave has a row; the last row is their sum.',
    },
    {
      when: ({ key, not_measured }) => key === null && not_measured !== null,
      says: ({ not_measured }) => `No waves are drawn: ${not_measured!}.`,
    },
  ],
} satisfies Readonly<Record<string, readonly Claim[]>>;

export type Place = keyof typeof CLAIMS;

/** What the page says at a place. */
export const claimsAt = (place: Place, facts: Facts): string =>
  (CLAIMS[place] as readonly Claim[])
    .filter(({ when }) => when(facts))
    .map(({ says }) => says(facts))
    .join(' ');
