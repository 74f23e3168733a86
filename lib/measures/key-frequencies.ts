// Which frequencies does the network use? The field has no agreed rule, so several are applied side by side. All of them
// consider the frequencies 1 .. n//2, the last included, and leave out the constant.
import { logitMap, logitMapInBasis } from '../network/composites.ts';
import type { Weights } from '../network/config.ts';
import { fourierNorms, makeFourierBasis, type FourierNorms } from '../numerics/fourier-basis.ts';
import { KEY } from './thresholds.ts';

/** Key frequencies by the rules that need only weights, each ascending. */
export interface KeyFrequencies {
  /** The larger of the sin and cos norm of F W_E exceeds a quarter of the largest norm (TransformerLens' demo, 2026). */
  readonly embedding_quarter_max: number[];
  /** The same for W_logit on its output axis, at a quarter (GROKVERSE's rule), a tenth and half of the largest. */
  readonly logit_map_quarter_max: number[];
  readonly logit_map_tenth_max: number[];
  readonly logit_map_half_max: number[];
  /** The sign-free spectrum of the first left singular vectors of W_E exceeds a quarter of its largest value. */
  readonly singular_vectors_quarter_max: number[];
}

/** `signFree`: the sign-free spectrum of the singular vectors, frequencies 0 .. n//2. */
export function keyFrequencies(
  embedding: FourierNorms,
  logitMap: FourierNorms,
  signFree: Float64Array,
): KeyFrequencies {
  return {
    embedding_quarter_max: frequenciesAbove(largerNorms(embedding), KEY),
    logit_map_quarter_max: keyOfLogitMap(logitMap),
    logit_map_tenth_max: frequenciesAbove(largerNorms(logitMap), 1 / 10),
    logit_map_half_max: frequenciesAbove(largerNorms(logitMap), 1 / 2),
    singular_vectors_quarter_max: frequenciesAbove(signFree.subarray(1), KEY),
  };
}

/** The rule that everything here uses which needs key frequencies, worded as the end of a sentence. */
export const KEY_RULE = 'norm of W_logit above a quarter of the largest';

/** Key frequencies by KEY_RULE, for a network renumbered to a group of order n. */
export const findKeyFrequencies = (weights: Weights, n: number): number[] =>
  keyOfLogitMap(fourierNorms(logitMapInBasis(makeFourierBasis(n), logitMap(weights, n))));

/** Key frequencies by KEY_RULE, from the norms of W_logit on its output axis. */
const keyOfLogitMap = (norms: FourierNorms): number[] => frequenciesAbove(largerNorms(norms), KEY);

/** The larger of the sin and cos norm of each frequency; entry k - 1 belongs to k. */
export const largerNorms = ({ sin, cos }: FourierNorms): Float64Array =>
  sin.map((norm, i) => Math.max(norm, cos[i]!));

/** Frequencies whose value exceeds a fraction of the largest; entry k - 1 belongs to k. */
export function frequenciesAbove(values: Float64Array, fraction: number): number[] {
  const threshold = fraction * values.reduce((max, value) => Math.max(max, value), 0);
  return Array.from(values).flatMap((value, i) => (value > threshold ? [i + 1] : []));
}
