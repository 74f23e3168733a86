// Phrases that several claims share.
import { hasStates, type Facts } from './facts.ts';
import { whole } from './page/parts/numbers.ts';

export const VERDICT = {
  yes: 'It computes by turning circles: by the criteria of the stage logits it is a clock.',
  partly: 'By the criteria of the stage logits it is a clock in part.',
  no: 'By the criteria of the stage logits it is not a clock.',
};

/** A network with one state has no end. */
export const atEnd = (facts: Facts): string => (hasStates(facts) ? ' at the end' : '');
/** A sentence about the last state; it says so if there are several. */
export const lastly = (facts: Facts, words: string): string =>
  hasStates(facts) ? `At the end ${words}.` : `${words[0]!.toUpperCase()}${words.slice(1)}.`;
export const within = (epochs: number | null): string =>
  epochs === null ? '' : ` within ${whole(epochs)} epochs`;
