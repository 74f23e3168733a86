// The borders that measures, phases and figures share, each said once.

/** Accuracy from which a set counts as learnt (Power et al. 2022 use 99 %). */
export const LEARNT = 0.99;

/** Share of the largest norm that a key frequency exceeds: TransformerLens' demo of the embedding, GROKVERSE of W_logit. */
export const KEY = 0.25;

/** Share of its variance that a frequency explains of a neuron that belongs to it (Nanda et al. 2023). */
export const TUNED = 0.85;

/** Share of what the weights lose from the start of cleanup on after which they count as clean. */
export const CLEAN = 0.95;
