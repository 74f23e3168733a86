// The thresholds that measures, phases and figures share.

/** Accuracy from which a set counts as learnt (Power et al. 2022 use 99 %). */
export const LEARNT = 0.99;

/** A key frequency exceeds this share of the largest norm, in W_E (TransformerLens' demo) or in W_logit (GROKVERSE). */
export const KEY = 0.25;

/** A neuron belongs to a frequency that explains more than this share of its variance (Nanda et al. 2023). */
export const TUNED = 0.85;

/** Cleanup ends when the sum of squared weights has lost this share of all that it loses after circuit formation. */
export const CLEAN = 0.95;
