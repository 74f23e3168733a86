// Turns of phrase that claims share.
import { hasStates, type Facts } from './facts.ts';
import { whole } from './page/parts/numbers.ts';

export const VERDICT = {
  yes: 'It computes by turning circles: the stage logits finds it to be a clock.',
  partly: 'The stage logits finds it to be a clock in some respects.',
  no: 'The stage logits finds it to be no clock.',
};

/** A network with one state has no end. */
export const atEnd = (facts: Facts): string => (hasStates(facts) ? ' at the end' : '');
/** Of the last state, where there are several. */
export const lastly = (facts: Facts, words: string): string =>
  hasStates(facts) ? `At the end ${words}.` : `${words[0]!.toUpperCase()}${words.slice(1)}.`;
export const within = (epochs: number | null): string =>
  epochs === null ? '' : ` within ${whole(epochs)} epochs`;
